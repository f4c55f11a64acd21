"""A page that is asked about, and visitors of it as they are written on a command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from edge.context import Context
from edge.decisions.matrix.matrix import Page, Visitor
from edge.decisions.matrix.moment import CLOCK, Clock
from edge.edition import Edition
from edge.question import ask
from edge.signals.place import NOWHERE, Place
from edge.signals.read import Reader
from edge.signals.time import Times
from rules.values import UNKNOWN, Signals, Value
from rules.words import DAYPARTS

_FAR: Final = ("America/Los_Angeles", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago")
_PLACES: Final = (NOWHERE, Place(latitude=-30.0), *(Place(timezone=zone) for zone in _FAR), Place(country="EG"))
"""Where clocks and calendars differ: the site itself, the south, the ends of the earth, another weekend."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A page, the signals and the moment that are fixed, and the edition that is asked. Raises QuestionError."""

    url: str
    signals: tuple[str, ...]  # as they are written
    at: str  # as it is written; empty: from now on
    edition: Edition
    read: Reader
    now: float  # seconds since the epoch
    context: Context = field(init=False)  # the visit of which nothing more is known

    def __post_init__(self) -> None:
        object.__setattr__(self, "context", self._visit(self.at))

    def _visit(self, at: str) -> Context:
        pairs = [("path", self.url), ("at", at), *(("signal", written) for written in self.signals)]
        return ask(pairs, self.edition, self.now, signals=self.read)[0]

    def page(self) -> Page:
        """The page, with all that visitors of it may differ in."""
        rules = self.edition.rules
        given = {written.partition("=")[0].strip() for written in self.signals}
        fixed = {"path", "host", "method", *(CLOCK if self.at else ())}
        for name in (*(f"query.{name}" for name in self.context.query), *given):
            fixed |= {name, name.replace("utm.", "query.utm_", 1), name.replace("query.utm_", "utm.", 1)}
        times = Times(rules.zone, rules.dayparts)
        clock = Clock(
            self.now, rules.zone, rules.dayparts or DAYPARTS, lambda at: [times.signals(at, place) for place in _PLACES]
        )
        return Page(self.context, frozenset(fixed), clock)

    def arguments(self, visitor: Visitor) -> list[str]:
        """What `windsock explain` is told, after the page, so that it tells of this visitor."""
        known, said = self.context, [part for written in self.signals for part in ("--signal", written)]
        if self.at:
            said += ["--at", self.at]
        elif visitor.context.at != known.at:
            at = f"{datetime.fromtimestamp(visitor.context.at, self.edition.rules.zone):%Y-%m-%dT%H:%M}"
            known, said = self._visit(at), [*said, "--at", at]
        for name, value in _different(visitor.context.signals, known.signals):
            said += ["--signal", f"{name}={spelled(value)}"]
        if visitor.draw.bucket is not None:
            said += ["--bucket", str(visitor.draw.bucket)]
        return [*said, "--header", "Sec-GPC: 1"] if visitor.draw.strict else said


def spelled(value: Value) -> str:
    """A value as `--signal` reads it back, to the last digit."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.15f}".rstrip("0").rstrip(".")
    return str(value)


def _different(signals: Signals, known: Signals) -> Iterator[tuple[str, Value]]:
    """What has to be said; a campaign's parameter by one of its names."""
    for name, value in signals.items():
        second = name.startswith("query.utm_") and f"utm.{name.removeprefix('query.utm_')}" in signals
        if value != known.get(name, UNKNOWN) and not second:
            yield name, value
