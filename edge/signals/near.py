"""`near`: the nearest of the site's own places, where one is within reach of the visitor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Final

from rules.values import Near, Spot

_EARTH: Final = 6371.0088
"""Kilometres: the mean radius (IUGG)."""
_HAIR: Final = 1e-9
"""Degrees: what rounding may cost."""


def nearest(latitude: float, longitude: float, lists: Iterable[Near], spots: Mapping[str, Spot]) -> Spot | None:
    """The nearest place that lies within the reach of a list it is on; None where there is none."""
    best: tuple[float, str] | None = None
    for near in lists:
        reach = degrees(near.within / _EARTH) + _HAIR
        for key in near.of:
            if abs(spots[key].latitude - latitude) > reach:
                continue  # most of thousands of places, for a tenth of what it costs to work out how far away they are
            away = kilometres(latitude, longitude, spots[key].latitude, spots[key].longitude)
            if away <= near.within and (best is None or (away, key) < best):
                best = away, key
    return spots[best[1]] if best else None


def kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Along a great circle (haversine formula: Sinnott 1984, "Virtues of the Haversine")."""
    north = radians(other_latitude - latitude)
    east = radians(other_longitude - longitude)
    half = sin(north / 2) ** 2 + cos(radians(latitude)) * cos(radians(other_latitude)) * sin(east / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(half)))
