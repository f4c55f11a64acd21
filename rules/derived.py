"""Signals that follow from others: an hour lies in a part of the day, a date is a weekday in a month.

The clock of a visitor gives all of them at once. Where somebody writes signals by hand, in a test or after `--signal`,
some are left out; what follows from the others without guessing is filled in here, and what is given stays. An hour
that lies in two parts of the day (from 11:00 until 13:30, and from 13:30 on) is in none for certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Final

from rules.country import HOME, SOUTH, SOUTHERN_ZONES, weekend
from rules.signals import UNKNOWN, Signals, Value
from rules.window import WEEKDAYS
from rules.words import DAYPARTS

Dayparts = Mapping[str, tuple[float, float]]
"""Name of a part of the day -> (from, until) in hours; the second is not included and may lie after midnight."""

_SEASONS: Final = ("winter", "spring", "summer", "autumn")


def completed(given: Signals, zone: tzinfo, dayparts: Dayparts = DAYPARTS) -> dict[str, Value]:
    """The signals that are given, and those that follow from them; `zone` and `dayparts` are the site's.

    `hour` gives `daypart`, `date` gives `weekday` and `month`, the weekday `weekend` and the month `season`, by the
    country or zone that is given, else by the site's. The same for `place.hour` and `place.daypart`.
    """
    found = dict(given)
    for family in ("", "place."):
        hour = found.get(f"{family}hour", UNKNOWN)
        part = _part_of(hour, dayparts) if isinstance(hour, int) else None
        if part is not None:
            found.setdefault(f"{family}daypart", part)
    day = _day(found)
    if day is not None:
        found.setdefault("weekday", WEEKDAYS[day.weekday()])
        found.setdefault("month", day.month)
    country, home = _country(found), _zone(found, zone)
    weekday, month = found.get("weekday"), found.get("month")
    if weekday in WEEKDAYS:
        found.setdefault("weekend", WEEKDAYS.index(str(weekday)) in weekend(country or HOME.get(home, "")))
    if isinstance(month, int):
        found.setdefault("season", season(month, south=country in SOUTH if country else home in SOUTHERN_ZONES))
    return found


def season(month: int, *, south: bool) -> str:
    """Seasons turn with the month: spring is March to May in the north and September to November in the south."""
    return _SEASONS[(month + 6 * south) % 12 // 3]


def daypart(hour: float, dayparts: Dayparts) -> str | None:
    """The first part of the day that `hour` (0 <= hour < 24) lies in; None when it lies in none."""
    for name, (start, end) in dayparts.items():
        if start <= hour < end if start < end else (hour >= start or hour < end):
            return name
    return None


def _part_of(hour: int, dayparts: Dayparts) -> str | None:
    """The part of the day that the whole hour lies in."""
    parts = {daypart(hour + minute / 60, dayparts) for minute in range(60)}
    return parts.pop() if len(parts) == 1 else None


def _day(signals: Signals) -> date | None:
    written = signals.get("date", UNKNOWN)
    return date.fromisoformat(written) if isinstance(written, str) and written != UNKNOWN else None


def _zone(signals: Signals, zone: tzinfo) -> str:
    known = signals.get("timezone", UNKNOWN)
    return str(zone if known == UNKNOWN else known)


def _country(signals: Signals) -> str:
    """The country that is given, or that of the region; empty where neither is known."""
    known = (str(signals.get(name, UNKNOWN)) for name in ("country", "region"))
    return next((each[:2] for each in known if each != UNKNOWN), "")
