"""When an experience runs: `starts`, `ends` and `every`, on the clocks of the site's zone.

`starts` and `ends` become moments once, at load: the clock of a zone may show an hour twice or never, a moment is one.
(An hour that is shown twice means its first showing; one that is never shown means the same time span later.) `every`
is about what the clocks show, so it is looked up in local time: on the day of a change of clocks 06:00 is still 06:00.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from rules.problem import wrong

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The names of the days, in the order of `datetime.weekday`."""

DAY: Final = 24 * 60
"""Minutes of a day's clock."""

_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:[ T]+(\d{1,2}:\d\d))?")
_CLOCKS: Final = re.compile(r"(\d{1,2}(?::\d\d)?)\s*[-–]\s*(\d{1,2}(?::\d\d)?)")
_EVERY: Final = re.compile(r"([a-z][a-z ,–-]*?)?\s*(\d[\d: –-]*)?")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Some days of each week, and a span of the clock on them; one that ends before it starts ends on the next day."""

    days: frozenset[int]  # 0 is Monday
    start: int  # minutes after midnight
    end: int  # minutes after midnight, not included

    def contains(self, weekday: int, minute: int) -> bool:
        """Whether the span is open on this weekday at this minute of its clock."""
        if self.start < self.end:
            return weekday in self.days and self.start <= minute < self.end
        return (weekday in self.days and minute >= self.start) or ((weekday - 1) % 7 in self.days and minute < self.end)


@dataclass(frozen=True, slots=True)
class Window:
    """The times at which an experience runs."""

    starts: float = -math.inf  # seconds since the epoch
    ends: float = math.inf  # not included
    every: tuple[Recurrence, ...] = ()
    zone: tzinfo = UTC

    def open(self, at: float) -> bool:
        """Whether it runs at `at`, seconds since the epoch."""
        if not self.starts <= at < self.ends:
            return False
        if not self.every:
            return True
        now = datetime.fromtimestamp(at, self.zone)
        weekday, minute = now.weekday(), now.hour * 60 + now.minute
        return any(span.contains(weekday, minute) for span in self.every)


def moment(written: str, zone: tzinfo, *, whole_day: bool = False) -> float:
    """Seconds since the epoch of `2026-11-01` or `2026-11-01 09:00` on the zone's clocks.

    `whole_day`: a bare date is meant with all its hours: the moment is the midnight after it. Raises ReadingError.
    """
    found = _MOMENT.fullmatch(written.strip())
    if found is None:
        raise wrong(f"`{written}` is not a date", "write 2026-11-01, or 2026-11-01 09:00")
    day = calendar_day(found[1])
    if found[2] is not None:
        return datetime.combine(day, time(*_hour_and_minute(found[2])), zone).timestamp()
    return datetime.combine(day + timedelta(days=whole_day), time.min, zone).timestamp()


def calendar_day(written: str) -> date:
    """The day that `2026-11-01` names. Raises ReadingError for anything else, also for the 30th of February."""
    try:
        day = date.fromisoformat(written) if re.fullmatch(r"\d{4}-\d\d-\d\d", written) else None
    except ValueError:
        raise wrong(f"`{written}` is not a day of the calendar", "write year-month-day, such as 2026-11-30") from None
    if day is None:
        raise wrong(f"`{written}` is not a date", "write year-month-day, such as 2026-11-30")
    if not 1971 <= day.year <= 2999:
        raise wrong(f"the year of `{written}` is out of reach", "write a year from 1971 to 2999")
    return day


def recurrence(written: str) -> Recurrence:
    """What `mon-fri 06:00-12:00`, `mon-fri 6-12`, `sat-sun` or `22:00-02:00` mean. Raises ReadingError."""
    found = _EVERY.fullmatch(written.strip().lower())
    if found is None or not (found[1] or found[2]):
        raise wrong(f"`{written}` is not a time of the week", "write days, hours or both: mon-fri 06:00-12:00")
    days = _days(found[1]) if found[1] else frozenset(range(7))
    return Recurrence(days, *(_clocks(found[2]) if found[2] else (0, DAY)))


def weekday(written: str) -> int:
    """0 for `mon` or `monday`, to 6 for `sun`; also 1 to 7, as ISO 8601 counts. Raises ReadingError."""
    word = written.strip().lower()
    if word in _DAY_NAMES:
        return _DAY_NAMES[word]
    near = next((day for day in WEEKDAYS if word.startswith(day)), None)
    hint = f"write {near}" if near else _MEANT.get(word, "the days are mon, tue, wed, thu, fri, sat and sun")
    raise wrong(f"`{written}` is not a day of the week", hint)


def around(first: int, last: int, size: int) -> list[int]:
    """The numbers from `first` to `last`, both included, counting round a circle of `size`: fri to mon."""
    return [(first + step) % size for step in range((last - first) % size + 1)]


def _days(written: str) -> frozenset[int]:
    days: set[int] = set()
    for item in re.split(r"[,\s]+(?![-–\s])", re.sub(r"\s*[-–]\s*", "-", written.strip())):
        first, dash, last = item.partition("-")
        days.update(around(weekday(first), weekday(last), 7) if dash else [weekday(first)])
    return frozenset(days)


def _clocks(written: str) -> tuple[int, int]:
    found = _CLOCKS.fullmatch(written.strip())
    if found is None:
        raise wrong(f"`{written.strip()}` is not a span of the clock", "write from and until: 06:00-12:00")
    start, end = (_minutes(found[1]), _minutes(found[2]))
    if start in (end, DAY):
        raise wrong(f"`{written.strip()}` is empty", "leave the hours out for the whole day")
    return start, end


def _minutes(clock: str) -> int:
    if clock in ("24:00", "24"):
        return DAY
    hour, minute = _hour_and_minute(clock if ":" in clock else f"{clock}:00")
    return hour * 60 + minute


def _hour_and_minute(clock: str) -> tuple[int, int]:
    hour, minute = map(int, clock.split(":"))
    if hour > 23 or minute > 59:
        raise wrong(f"`{clock}` is not a time of the day", "write hours and minutes, from 00:00 to 23:59")
    return hour, minute


_FULL_NAMES: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MEANT: Final = {
    **dict.fromkeys(("to", "until", "till", "through"), "from one day to another is written with a dash: mon-fri"),
    **dict.fromkeys(("and", "or", "&"), "write several days with commas: mon, wed, fri"),
    **dict.fromkeys(("weekdays", "weekday", "workdays"), "write mon-fri"),
    **dict.fromkeys(("weekends", "weekend"), "write sat-sun"),
}
"""Words that people write for days, or between them -> what to write."""

_DAY_NAMES: Final = {
    name: number
    for number, (short, full) in enumerate(zip(WEEKDAYS, _FULL_NAMES, strict=True))
    for name in (short, full, str(number + 1))
}
