"""A page that is asked about, and visitors of it as they are written on a command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from typing import Final
from zoneinfo import ZoneInfo

from edge.context import Context
from edge.decisions.matrix.matrix import Page, Visitor
from edge.decisions.matrix.moment import CLOCK, Clock
from edge.edition import Edition
from edge.question import ask, signal
from edge.signals.event import Calendar
from edge.signals.place import Place
from edge.signals.read import Reader
from edge.signals.time import Times
from rules.derived import completed
from rules.values import UNKNOWN, Signals, Value
from rules.words import DAYPARTS

_FAR: Final = (
    ("AU", ""),  # the seasons of the south
    ("EG", ""),  # another weekend
    ("US", "America/Los_Angeles"),
    ("JP", "Asia/Tokyo"),
    ("KI", "Pacific/Kiritimati"),  # the ends of the earth
    ("AS", "Pacific/Pago_Pago"),
)
"""Country and time zone where clocks and calendars are other ones."""

_PLACE: Final = ("country", "region", "city", "continent", "timezone")


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
        object.__setattr__(self, "context", self._visit(self.at, self.signals))

    def _visit(self, at: str, signals: Sequence[str]) -> Context:
        pairs = [("path", self.url), ("at", at), *(("signal", written) for written in signals)]
        return ask(pairs, self.edition, self.now, signals=self.read)[0]

    def page(self) -> Page:
        """The page, with all that visitors of it may differ in."""
        given = {written.partition("=")[0].strip() for written in self.signals}
        fixed = {"path", "host", "method", *self._clock_given()}
        for name in (*(f"query.{name}" for name in self.context.query), *given):
            fixed |= {name, name.replace("utm.", "query.utm_", 1), name.replace("query.utm_", "utm.", 1)}
        clock = self._clock()
        return Page(self.context, frozenset(fixed), clock, tuple(_others(clock)))

    def _clock_given(self) -> Signals:
        """What is fixed of the visitor's clock: what is given, and what follows from it."""
        rules = self.edition.rules
        given = dict(signal(written, rules.own) for written in self.signals)
        found = completed(given, rules.zone, rules.dayparts or DAYPARTS)
        return {name: value for name, value in found.items() if name in CLOCK}

    def _clock(self) -> Clock:
        """The clock of the site, or of the zone that a visitor is in, with the calendar of the visitor's country."""
        rules = self.edition.rules
        times, events = Times(rules.zone, rules.dayparts), rules.site.events
        calendar = Calendar(events)

        def tell(at: float, known: Signals) -> Signals:
            country, region, zone = (str(known.get(name, UNKNOWN)) for name in ("country", "region", "timezone"))
            country = country if country != UNKNOWN else region[:2] if region != UNKNOWN else ""
            told = times.signals(at, Place(country=country, timezone=zone if zone != UNKNOWN else ""))
            return {**told, "event": calendar.on(str(told["date"]))} if calendar else told

        days = {date.fromisoformat(day) for event in events for span in event.days for day in span}
        only = self.context.at if self.at else None
        return Clock(self.now, rules.zone, rules.dayparts or DAYPARTS, tell, only, days=tuple(sorted(days)))

    def arguments(self, visitor: Visitor) -> list[str]:
        """What `windsock explain` is told, after the page, so that it tells of this visitor."""
        signals, at = visitor.context.signals, self.at
        if not at and visitor.context.at != self.context.at:
            at = f"{datetime.fromtimestamp(visitor.context.at, self.edition.rules.zone):%Y-%m-%dT%H:%M}"
        where = {name: value for name, value in signals.items() if name in _PLACE}
        placed = (
            *self.signals,
            *(f"{name}={spelled(value)}" for name, value in _different(where, self.context.signals)),
        )
        said = [part for written in placed for part in ("--signal", written)] + (["--at", at] if at else [])
        for name, value in _different(signals, self._visit(at, placed).signals):
            said += ["--signal", f"{name}={spelled(value)}"]
        if visitor.draw.bucket is not None:
            said += ["--bucket", str(visitor.draw.bucket)]
        return [*said, "--header", "Sec-GPC: 1"] if visitor.draw.strict else said


def _others(clock: Clock) -> Iterator[Clock]:
    """The clocks of visitors in other places, of whose place nothing else is known."""
    for country, zone in _FAR:
        place = dict.fromkeys(_PLACE, UNKNOWN) | {"country": country, "timezone": zone or UNKNOWN}
        there = ZoneInfo(zone) if zone else None
        yield replace(clock, tell=partial(_tell, clock, place), place=place, there=there)


def _tell(clock: Clock, place: Signals, at: float, _: Signals) -> Signals:
    """What the clock tells at a place, whatever else is known of the visitor."""
    return clock.tell(at, place)


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
