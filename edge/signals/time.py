"""The moment of a request, on the clock and calendar of one zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Final

from rules.values import Value
from rules.window import WEEKDAYS
from rules.words import DAYPARTS

Dayparts = Mapping[str, tuple[float, float]]
"""Name of a part of the day -> (from, until) in hours; the second is not included and may lie after midnight."""

_SEASONS: Final = ("winter", "spring", "summer", "autumn")


def signals(at: float, zone: tzinfo, dayparts: Dayparts) -> dict[str, Value]:
    """`hour`, `daypart`, `weekday`, `weekend`, `date`, `month` and `season` at `at`, seconds since the epoch.

    Without `dayparts` the usual ones count. Seasons are those of the northern hemisphere and turn with the month:
    spring is March to May.
    """
    now = datetime.fromtimestamp(at, zone)
    found: dict[str, Value] = {
        "hour": now.hour,
        "weekday": WEEKDAYS[now.weekday()],
        "weekend": now.weekday() >= 5,
        "date": now.date().isoformat(),
        "month": now.month,
        "season": _SEASONS[now.month % 12 // 3],
    }
    part = daypart(now.hour + now.minute / 60, dayparts or DAYPARTS)
    if part is not None:
        found["daypart"] = part
    return found


def daypart(hour: float, dayparts: Dayparts) -> str | None:
    """The first part of the day that `hour` (0 <= hour < 24) lies in; None when it lies in none."""
    for name, (start, end) in dayparts.items():
        if start <= hour < end if start < end else (hour >= start or hour < end):
            return name
    return None
