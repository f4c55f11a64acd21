"""The moment of a request, on the clock and calendar of where the visitor is.

Nothing here turns with the second, so the answer is worked out once a minute for each zone. What is not known of the
visitor is taken from the site: its clock, and the hemisphere and the free days of its zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Final

from edge.signals.place import NOWHERE, Place
from edge.signals.zones import zone as zone_of
from rules.country import HOME, SOUTH, SOUTHERN_ZONES, weekend
from rules.derived import Dayparts, daypart, season
from rules.values import Value
from rules.window import WEEKDAYS
from rules.words import DAYPARTS

REMEMBERED: Final = 1024
"""Minutes of a zone and country that are kept; there are some 400 of those at once."""

_MINUTE: Final = 60


class Times:
    """The clock of one site: its zone and its parts of the day, the usual ones where it names none."""

    def __init__(self, zone: tzinfo = UTC, dayparts: Dayparts = DAYPARTS) -> None:
        self._zone, self._dayparts = zone, dayparts or DAYPARTS
        self._minute = lru_cache(maxsize=REMEMBERED)(self._uncached)

    def signals(self, at: float, place: Place = NOWHERE) -> Mapping[str, Value]:
        """`hour`, `daypart`, `weekday`, `weekend`, `date`, `month` and `season` at `at`, seconds since the epoch."""
        latitude = place.latitude
        south = None if latitude is None else latitude < 0
        return self._minute(int(at // _MINUTE), place.timezone, place.country, south)

    def _uncached(self, minute: int, name: str, country: str, south: bool | None) -> Mapping[str, Value]:
        zone = zone_of(name) or self._zone
        now = datetime.fromtimestamp(minute * _MINUTE, zone)
        if south is None:
            south = country in SOUTH if country else str(zone) in SOUTHERN_ZONES
        found: dict[str, Value] = {
            "hour": now.hour,
            "weekday": WEEKDAYS[now.weekday()],
            "weekend": now.weekday() in weekend(country or HOME.get(str(zone), "")),
            "date": now.date().isoformat(),
            "month": now.month,
            "season": season(now.month, south=south),
        }
        part = daypart(now.hour + now.minute / 60, self._dayparts)
        if part is not None:
            found["daypart"] = part
        return found
