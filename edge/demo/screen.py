"""The live view on a terminal: who is there, what is decided right now, how often, and how long it takes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from edge.demo.belief import NOTHING, Belief
from edge.demo.crowd import Sight
from edge.demo.finding import Learned
from edge.demo.progress import panel
from edge.demo.report import fell, milliseconds
from edge.demo.stage import Addresses
from edge.demo.tally import Summary, Tally
from loadtest.reading import Shown

_ORDER: Final = {"learned": 0, "rule": 2}
"""What is told first: what was learned, then what was drawn in other ways, then what rules have settled."""

_QUIET: Final = frozenset({"default", "outside"})
"""Reasons that are not worth a word: nothing was chosen."""

_COLOURS: Final = {"rule": "bright_cyan", "split": "bright_magenta", "learned": "bright_green"}
"""By what a variant was chosen; anything else stands out in yellow."""

_SKIES: Final = {"clear": "yellow", "rain": "bright_blue", "storm": "bright_blue", "snow": "bright_white"}
_LOADS: Final = {"busy": "bold bright_red", "quiet": "green"}

_BAR: Final = 14
_FRAMES: Final = 11
"""Lines that are neither visits nor shares nor what was learned."""


class Screen:
    """Keeps the last sights and renders everything when asked."""

    def __init__(self, at: Addresses, tally: Tally) -> None:
        self._at, self._tally = at, tally
        self._last: deque[Sight] = deque(maxlen=40)
        self._beliefs: Mapping[str, Belief] = {}
        self._begun = monotonic()

    def note(self, sight: Sight) -> None:
        """Remember one sight."""
        self._last.appendleft(sight)

    def believe(self, beliefs: Mapping[str, Belief]) -> None:
        """Remember what the edge believes of each persona."""
        self._beliefs = beliefs

    def render(
        self, height: int, fallbacks: Mapping[str, int] | None, learned: Learned | None = None
    ) -> RenderableType:
        """Draw the view, at most `height` lines high."""
        told = self._tally.summary(fallbacks)
        found = panel(learned, max(2, (height - _FRAMES) // 4)) if learned else None
        rest = height - _FRAMES - (found[1] if found else 0)
        shares = _shares(told, max(2, rest // 2))
        rows = max(2, rest - shares.row_count)
        return Group(
            self._top(told),
            Panel(
                self._visits(rows),
                title="who is there, as the edge believes, and what it decides",
                title_align="left",
                border_style="dim",
            ),
            *((found[0],) if found else ()),
            Panel(shares, title="shown so far", title_align="left", border_style="dim"),
            Text(f"  Ctrl-C ends with a summary{'      ✓ is what they like most' if found else ''}", style="dim"),
        )

    def _top(self, told: Summary) -> RenderableType:
        facts = Table.grid(padding=(0, 2), expand=True)
        for narrowest in (20, 36):
            facts.add_column(min_width=narrowest, no_wrap=True, overflow="ellipsis")
        facts.add_row(Text.assemble(("Windsock", "bold"), f"  {self._at.site}/"), f"personas  {self._at.door}/as/")
        counts = f"{told.visits:,} visits  {told.pages:,} pages  {told.failed:,} failed  {self._seconds()}"
        times = f"decision {milliseconds(told.decide_median_ms)} median, {milliseconds(told.decide_p99_ms)} p99"
        facts.add_row(counts, times)
        load = next((belief.load for belief in self._beliefs.values() if belief.load), "")
        facts.add_row(
            f"cache {told.hit_share:.0%}   fallbacks: {fell(told.fallbacks)}",
            Text.assemble("the site is ", (load, _LOADS.get(load, ""))) if load else "",
        )
        return Panel(facts, border_style="green" if not told.failed else "red")

    def _seconds(self) -> str:
        minutes, seconds = divmod(int(monotonic() - self._begun), 60)
        return f"{minutes}:{seconds:02}"

    def _visits(self, rows: int) -> Table:
        table = Table.grid(padding=(0, 2), expand=True)
        for width in (13, 8, 5, 9):
            table.add_column(width=width, no_wrap=True, overflow="ellipsis")
        for ratio in (1, 3):
            table.add_column(ratio=ratio, min_width=12, no_wrap=True, overflow="ellipsis")
        now = datetime.now(UTC)
        for sight in list(self._last)[:rows]:
            there = self._beliefs.get(sight.persona, NOTHING)
            table.add_row(
                Text(sight.persona, "bold"),
                Text(there.city or "–"),
                Text(there.clock(now) or "–", "dim"),
                Text(there.sky or "–", _SKIES.get(there.weather, "")),
                Text(sight.path.partition("?")[0]),
                _chosen(sight),
            )
        return table


def _chosen(sight: Sight) -> Text:
    if sight.failed:
        return Text(f"failed: {sight.failure}", "bold red")
    chosen = [one for one in sight.shown if one.reason not in _QUIET]
    told = map(_one, sorted(chosen, key=lambda one: _ORDER.get(one.reason, 1)))
    return Text("   ").join(told) if chosen else Text("the site's own page", "dim")


def _one(shown: Shown) -> Text:
    colour = _COLOURS.get(shown.reason, "bright_yellow")
    reason = "" if shown.reason == "rule" else f" {shown.reason}"
    return Text.assemble((f"{shown.experience} ", "dim"), (shown.variant, colour), (reason, "dim italic"))


def _shares(told: Summary, most: int) -> Table:
    """The shares of at most so many experiences: those whose variants differ most."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    varied = sorted(
        told.decisions, key=lambda name: max(told.decisions[name].values()) / sum(told.decisions[name].values())
    )
    for experience, variants in told.decisions.items():
        if experience in varied[:most]:
            table.add_row(experience, _bars(variants))
    return table


def _bars(variants: Mapping[str, int]) -> Text:
    total = sum(variants.values())
    parts = []
    for name, count in variants.items():
        bar = "█" * max(1, round(_BAR * count / total))
        parts.append(Text.assemble((bar, "green"), f" {name} ", (f"{count / total:.0%}", "dim")))
    return Text("  ").join(parts)
