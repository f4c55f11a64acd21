"""The weather in the words of the rules, whatever a service calls it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from edge.signals.weather.reading import Reading, apparent, now_of, of_symbol, of_wmo

WMO = {
    "clear": (0, 1),
    "cloudy": (2, 3),
    "fog": (45, 48),
    "rain": (51, 53, 55, 56, 57, 61, 63, 65, 66, 67, 80, 81, 82),
    "snow": (71, 73, 75, 77, 85, 86),
    "storm": (95, 96, 99),
}


@pytest.mark.parametrize(("family", "code"), [(family, code) for family, codes in WMO.items() for code in codes])
def test_each_code_of_the_table_has_its_word(family: str, code: int) -> None:
    assert of_wmo(code) == family


@pytest.mark.parametrize("code", [-1, 4, 44, 70, 100, None, "61", True, math.nan, math.inf, []])
def test_any_other_code_says_nothing(code: object) -> None:
    assert of_wmo(code) is None


@pytest.mark.parametrize(
    ("symbol", "family"),
    [
        ("clearsky_day", "clear"),
        ("fair_night", "clear"),
        ("partlycloudy_polartwilight", "cloudy"),
        ("cloudy", "cloudy"),
        ("fog", "fog"),
        ("lightrainshowers_day", "rain"),
        ("heavyrain", "rain"),
        ("sleet", "snow"),
        ("lightssnowshowersandthunder_day", "storm"),
        ("heavysnow", "snow"),
        ("rainandthunder", "storm"),
        ("hail_of_frogs", None),
        ("", None),
        (None, None),
        (3, None),
    ],
)
def test_a_symbol_has_its_word(symbol: object, family: str | None) -> None:
    assert of_symbol(symbol) == family


@pytest.mark.parametrize(
    "numbers",
    [{"temperature": math.nan}, {"temperature": 80}, {"wind": -1}, {"feels_like": math.inf}, {"wind": True}],
)
def test_numbers_that_no_weather_has_are_refused(numbers: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Reading(0.0, **numbers)


def test_what_is_not_known_is_no_signal() -> None:
    assert Reading(0.0, weather="rain", wind=0.0, is_day=False).signals() == {
        "weather": "rain",
        "wind": 0.0,
        "is_day": False,
    }


def test_wind_makes_it_feel_colder_and_damp_heat_warmer() -> None:
    assert apparent(5, 80, 12) == pytest.approx(-5.1, abs=0.1)
    assert apparent(32, 80, 1) == pytest.approx(39.8, abs=0.3)
    assert apparent(5, None, 12) is None


def test_the_reading_that_has_begun_last_holds() -> None:
    series = (Reading(100, weather="rain"), Reading(200, weather="snow"), Reading(300, weather="clear"))
    held = [reading.weather for now in (50, 100, 199, 200, 900) if (reading := now_of(series, now))]
    assert held == ["rain", "rain", "rain", "snow", "clear"]
    assert now_of((), 100) is None
