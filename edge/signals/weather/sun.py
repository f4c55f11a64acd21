"""Whether the sun is up: for services that do not say so with each kind of weather.

The low-precision formulas of the Astronomical Almanac (page C5): good to a hundredth of a degree until 2050, and rules
about day and night need half a degree.
"""

from __future__ import annotations

from math import asin, cos, degrees, radians, sin
from typing import Final

_J2000: Final = 946_728_000
"""2000-01-01 12:00 UTC, in seconds since the epoch."""
_RISES: Final = -0.833
"""Degrees of the sun's middle at sunrise: its radius, and what the air bends."""


def is_up(latitude: float, longitude: float, at: float) -> bool:
    """Whether any of the sun stands above a flat horizon. Degrees; seconds since the epoch."""
    return elevation(latitude, longitude, at) > _RISES


def elevation(latitude: float, longitude: float, at: float) -> float:
    """Degrees of the sun's middle above the horizon."""
    days = (at - _J2000) / 86_400
    mean_longitude = 280.460 + 0.9856474 * days
    anomaly = radians(357.528 + 0.9856003 * days)
    ecliptic = radians(mean_longitude + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly))
    obliquity = radians(23.439 - 0.0000004 * days)
    declination = asin(sin(obliquity) * sin(ecliptic))
    equation_of_time = -1.915 * sin(anomaly) - 0.020 * sin(2 * anomaly) + 2.466 * sin(2 * ecliptic)
    equation_of_time -= 0.053 * sin(4 * ecliptic)
    hour_angle = radians((at % 86_400) / 240 + longitude + equation_of_time - 180)
    place = radians(latitude)
    return degrees(asin(sin(place) * sin(declination) + cos(place) * cos(declination) * cos(hour_angle)))
