"""Day and night by the sun, against almanac times."""

from __future__ import annotations

from datetime import datetime

import pytest

from edge.signals.weather.sun import elevation, is_up


def _at(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


@pytest.mark.parametrize(
    ("place", "when", "up"),
    [
        ((59.91, 10.75), "2026-06-21T12:00+02:00", True),  # Oslo at noon
        ((59.91, 10.75), "2026-06-21T03:40+02:00", False),  # sunrise is at 3:54
        ((59.91, 10.75), "2026-06-21T04:10+02:00", True),
        ((59.91, 10.75), "2026-12-21T15:30+01:00", False),  # sunset is at 15:12
        ((59.91, 10.75), "2026-12-21T14:50+01:00", True),
        ((69.65, 18.96), "2026-06-21T00:30+02:00", True),  # Tromsø: the sun does not set
        ((69.65, 18.96), "2026-12-21T12:00+01:00", False),  # … and does not rise
        ((-33.87, 151.21), "2026-12-21T20:00+11:00", True),  # Sydney: sunset is at 20:05
        ((-33.87, 151.21), "2026-12-21T20:15+11:00", False),
        ((47.61, -122.33), "2026-11-22T07:20-08:00", False),  # Seattle: sunrise is at 7:26
        ((47.61, -122.33), "2026-11-22T07:35-08:00", True),
    ],
)
def test_day_begins_and_ends_when_the_almanac_says(place: tuple[float, float], when: str, up: bool) -> None:
    assert is_up(*place, _at(when)) is up


def test_at_noon_of_an_equinox_the_sun_stands_over_the_equator() -> None:
    assert elevation(0, 0, _at("2026-03-20T12:07+00:00")) == pytest.approx(90, abs=0.5)
