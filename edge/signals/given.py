"""Signals that somebody gives, beside those of a visit: what follows from them, and what they contradict.

An hour lies in a part of the day, a date is a weekday in a month, and in another country or time zone it is another
time, and perhaps a holiday. A month does not say which day it is, though: then the date stays that of the visit, and
`apart` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta

from edge.context import Context
from edge.signals.place import Place
from edge.signals.time import Times
from rules.derived import Dayparts, completed, daypart
from rules.values import UNKNOWN, RuleSet, Signals, Value
from rules.window import WEEKDAYS
from rules.words import DAYPARTS


def following(
    given: Signals, context: Context, rules: RuleSet, holiday: Callable[[str, str], str | None] | None = None
) -> dict[str, Value]:
    """The signals that are given, and what follows: from a place the clock there, from a date its weekday.

    `holiday` tells that of a country on a date, for who asks about another country.
    """
    place = {name: given.get(name, context.signals.get(name, UNKNOWN)) for name in ("country", "region", "timezone")}
    known = {name: str(value) for name, value in place.items() if value != UNKNOWN}
    clock: dict[str, Value] = {}
    if given.keys() & place.keys():
        country = known.get("country") or known.get("region", "")[:2]
        zone = known.get("timezone", "") if "timezone" in given else ""
        clock = dict(Times(rules.zone, rules.dayparts).signals(context.at, Place(country=country, timezone=zone)))
        if holiday is not None:
            clock["holiday"] = holiday(country, str(clock["date"])) or UNKNOWN
    filled = completed({**known, **given}, rules.zone, rules.dayparts or DAYPARTS)
    return {**clock, **{name: value for name, value in filled.items() if name in given or name not in known}}


def apart(context: Context, written: Iterable[str], rules: RuleSet) -> Iterator[str]:
    """What of the signals as they are written cannot be at this moment, a line each with the moment to say instead."""
    given, signals = {each.partition("=")[0].strip() for each in written}, context.signals
    if "date" not in given and signals.get("date", UNKNOWN) != UNKNOWN:
        yield from _other_day(date.fromisoformat(str(signals["date"])), given, signals)
    if "daypart" in given and "hour" not in given:
        yield from _other_hour(signals, rules.dayparts or DAYPARTS)


def _other_day(today: date, given: Collection[str], signals: Signals) -> Iterator[str]:
    wanted = {name: signals[name] for name in ("month", "weekday") if name in given and signals[name] != UNKNOWN}
    for day in (today + timedelta(ahead) for ahead in range(366)):
        if wanted.items() <= {"month": day.month, "weekday": WEEKDAYS[day.weekday()]}.items():
            if day != today:
                said = " and ".join(f"{name}={value}" for name, value in wanted.items())
                yield f"{said} leaves the date at {today}; to move the whole clock say --at {day}T12:00 instead"
            return


def _other_hour(signals: Signals, dayparts: Dayparts) -> Iterator[str]:
    part, hour = str(signals["daypart"]), signals.get("hour", UNKNOWN)
    if part in dayparts and hour != UNKNOWN and daypart(float(hour), dayparts) != part:
        hours, minutes = divmod(round(dayparts[part][0] * 60), 60)
        at = f"{hours:02}:{minutes:02}"
        yield f"daypart={part} leaves the hour at {hour}; to move the whole clock say --at {at} instead"
