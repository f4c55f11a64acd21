"""What workers are told of the world."""

from __future__ import annotations

import orjson
import pytest

from edge.signals.facts import Facts, facts, plain
from edge.signals.weather.reading import Reading
from edge.signals.weather.sheet import Told

NOW = 1000.0
RAIN = Reading(900.0, weather="rain", temperature=7.0, is_day=True)
SNOW = Reading(1500.0, weather="snow", temperature=0.0)
KNOWN = Facts(
    weather={"60.00,10.75": Told((RAIN, SNOW), until=2000.0)},
    pushed={"mood": ("calm", 1100.0), "place/harbour/queue": (12.0, 1100.0), "place/harbour-2/queue": (3.0, 1100.0)},
    load="busy",
)


def test_facts_survive_the_way_to_the_workers() -> None:
    assert facts(orjson.loads(orjson.dumps(plain(KNOWN))), Facts(KNOWN.weather)) == KNOWN


def test_a_push_does_not_carry_the_weather_along() -> None:
    assert plain(KNOWN).keys() == {"pushed", "load"}


@pytest.mark.parametrize("document", [{}, {"pushed": {}}, {"pushed": {"a": 1}, "load": ""}])
def test_anything_else_is_no_facts(document: dict[str, object]) -> None:
    with pytest.raises((KeyError, ValueError, TypeError)):
        facts(document)


def test_the_weather_is_that_of_the_cell_and_of_the_moment() -> None:
    assert KNOWN.weather_at("60.00,10.75", NOW) == {"weather": "rain", "temperature": 7.0, "is_day": True}
    assert KNOWN.weather_at("60.00,10.75", 1600.0)["weather"] == "snow"
    assert KNOWN.weather_at("38.75,-9.25", NOW) == {}


def test_weather_that_is_too_old_is_not_told() -> None:
    assert KNOWN.weather_at("60.00,10.75", 2000.0) == {}


def test_a_star_holds_where_nothing_else_is_known() -> None:
    everywhere = Facts(weather={"*": Told((RAIN,), until=2000.0)})
    assert everywhere.weather_at("1.00,1.00", NOW)["weather"] == "rain"
    assert everywhere.knows("1.00,1.00")


def test_a_pushed_signal_holds_until_its_end() -> None:
    assert (KNOWN.value("mood", 1099.0), KNOWN.value("mood", 1100.0)) == ("calm", "unknown")
    assert KNOWN.value("nothing", NOW) == "unknown"


def test_a_place_has_what_was_pushed_for_it_and_not_what_was_pushed_for_others() -> None:
    assert KNOWN.of_place("harbour", NOW) == {"queue": 12.0}
    assert KNOWN.of_place("harbour", 1100.0) == {}
