"""What was learned, as a part of the live view: how the shares of a few visitors have moved, and what it brings."""

from __future__ import annotations

from typing import Final

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from edge.demo.finding import Finding, Learned
from edge.demo.report import rests
from edge.demo.taste import EXPERIENCE

_BAR: Final = 12
_FRAME: Final = 2


def panel(learned: Learned, most: int) -> tuple[Panel, int]:
    """Draw it, with at most so many visitors, and say how many lines that takes."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for finding in learned.findings[:most]:
        table.add_row(finding.place, _shares(finding))
    if not learned.findings:
        table.add_row(Text("nothing is known yet", "dim"), "")
    whole = Panel(
        table,
        title=f"{EXPERIENCE}, learned {rests(learned.evidence)}",
        title_align="left",
        subtitle=_brings(learned),
        subtitle_align="left",
        border_style="dim",
    )
    return whole, table.row_count + _FRAME


def _shares(finding: Finding) -> Text:
    """The largest share first."""
    order = sorted(finding.now, key=lambda name: -finding.now[name])
    return Text("  ").join(_share(finding, name) for name in order)


def _share(finding: Finding, name: str) -> Text:
    """One of them; that which they like in truth has a tick."""
    liked = name == finding.likes
    bar = "█" * round(_BAR * finding.now[name])
    said = f"{finding.before.get(name, 0):.0%} → {finding.now[name]:.0%}"
    tick = (" ✓", "bright_green") if liked else ""
    return Text.assemble((bar, "bright_green" if liked else "dim"), f" {name} ", (said, "dim"), tick)


def _brings(learned: Learned) -> str:
    """What it brings, and what it costs."""
    glances = learned.glances
    return (
        f"clicked {glances.at_first().share:.0%} → {glances.lately().share:.0%}"
        f" · {glances.held_share:.0%} held out, who clicked {glances.held().share:.0%}"
        f" · {learned.tried:.0%} drawn to find out"
    )
