"""The moments that make a difference: for each answer that schedules and the clock can give together, one moment.

Time only goes forward: a schedule that is over is not met any more. Days are looked through for as long as the
calendar needs to come round, from now on and from each date that a rule names; of a day, the minutes at which something
may begin or end. Hour, weekday and season belong to one moment, so `hour: 3` in the evening is met by nobody.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from edge.decisions.matrix.formula import Leaf, Runs
from rules.signals import Signals
from rules.when import Between, Is

CLOCK: Final = frozenset({"at", "hour", "daypart", "weekday", "weekend", "date", "month", "season", "event"})
"""What is known as soon as the moment is."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is, the site's zone and parts of the day, and what clock and calendar of a visitor tell at a moment.

    `only`: the one moment that is asked about, if not all from now on. `tell` takes the moment and what is known of the
    visitor: in another country it is another season. `place` is where the visitor is, if not at home: country and time
    zone, and nothing else of what tells a place. `there`: that zone. `days`: the first and last days of events.
    """

    now: float
    zone: tzinfo
    dayparts: Mapping[str, tuple[float, float]]
    tell: Callable[[float, Signals], Signals]
    only: float | None = None
    place: Signals = field(default_factory=dict)
    there: tzinfo | None = None
    days: tuple[date, ...] = ()


_OF_A_DAY: Final = ("weekday", "weekend", "date", "month", "season", "event")
_ROUND: Final = 400
"""Days after which months, weekdays and seasons have all been met together."""
_MOST_DAYS: Final = 8000
_NOON: Final = 12 * 60
_DAY: Final = 24 * 60


def moments(leaves: Sequence[Leaf], clock: Clock) -> Iterator[Signals]:
    """The clock's signals, with the moment as `at`, among them some for each answer of these leaves.

    Now comes first.
    """
    every = (at for at in (clock.now, *_candidates(leaves, clock)) if at >= clock.now)
    found = every if clock.only is None else [clock.only]
    yield from ({**clock.tell(at, clock.place), "at": at} for at in found)


def _candidates(leaves: Sequence[Leaf], clock: Clock) -> Iterator[float]:
    zone, zones = clock.zone, dict.fromkeys((clock.zone, clock.there or clock.zone))
    today = datetime.fromtimestamp(clock.now, zone).date()
    ends = sorted({datetime.fromtimestamp(at, zone) for leaf in leaves for at in _bounds(leaf)})
    clocks = _clocks(leaves, clock.dayparts, ends)
    for day in _days(leaves, today, [*(end.date() for end in ends), *_dates(leaves, clock)], clock):
        for minutes in clocks:
            yield from (datetime.combine(day, time(*divmod(minutes, 60)), each).timestamp() for each in zones)


def _days(leaves: Sequence[Leaf], today: date, named: Iterable[date], clock: Clock) -> Iterator[date]:
    """Days that differ in what the leaves about days say, and all that lie at a date which is named."""
    edges = {each + timedelta(step) for each in named for step in (-1, 0, 1)}
    starts = [today, *sorted(edge for edge in edges if edge > today)]
    about_days = [leaf for leaf in leaves if leaf.signal in _OF_A_DAY]
    spans = [span for leaf in leaves if isinstance(leaf, Runs) for span in leaf.window.every]
    known: set[tuple[object, ...]] = set()
    passed: set[date] = set()
    for day in (start + timedelta(step) for start in starts for step in range(_ROUND)):
        if day in passed or len(passed) > _MOST_DAYS:
            continue
        passed.add(day)
        noon = datetime.combine(day, time(12), clock.there or clock.zone).timestamp()
        told = clock.tell(noon, clock.place)
        weekday = day.weekday()
        kind = (
            *(leaf.holds(told) for leaf in about_days),
            *((weekday in span.days, (weekday - 1) % 7 in span.days) for span in spans),
            sum(day > edge for edge in starts),
        )
        if day in edges or kind not in known:
            known.add(kind)
            yield day


def _clocks(leaves: Sequence[Leaf], dayparts: Mapping[str, tuple[float, float]], ends: Iterable[datetime]) -> list[int]:
    """Minutes after midnight at which something may begin, noon first."""
    minutes = {0, *(end.hour * 60 + end.minute for end in ends)}
    for leaf in leaves:
        if isinstance(leaf, Runs):
            minutes.update(minute for span in leaf.window.every for minute in (span.start, span.end))
        elif leaf.signal == "hour":
            minutes.update(int(hour) * 60 + more for hour in _hours(leaf) for more in (0, 60))
        elif leaf.signal == "daypart":
            minutes.update(round(hour % 24 * 60) for span in dayparts.values() for hour in span)
    return [_NOON, *sorted(minute for minute in minutes if 0 <= minute < _DAY and minute != _NOON)]


def _hours(leaf: Leaf) -> list[float]:
    if isinstance(leaf, Is):
        return [value for value in leaf.values if not isinstance(value, str)]
    bounds = (leaf.low, leaf.high) if isinstance(leaf, Between) else ()
    return [bound for bound in bounds if isinstance(bound, int | float)]


def _dates(leaves: Sequence[Leaf], clock: Clock) -> Iterator[date]:
    """The days that conditions name, by themselves or by an event."""
    if any(leaf.signal == "event" for leaf in leaves):
        yield from clock.days
    for leaf in leaves:
        if leaf.signal == "date":
            named = leaf.values if isinstance(leaf, Is) else (leaf.low, leaf.high) if isinstance(leaf, Between) else ()
            yield from (date.fromisoformat(each) for each in named if isinstance(each, str) and each[:1].isdigit())


def _bounds(leaf: Leaf) -> Iterator[float]:
    """The moments at which a schedule begins and ends."""
    if isinstance(leaf, Runs):
        yield from (at for at in (leaf.window.starts, leaf.window.ends) if math.isfinite(at))
