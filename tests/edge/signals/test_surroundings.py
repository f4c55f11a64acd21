"""What surrounds a visit: weather, near, the page's place, load and pushes."""

from __future__ import annotations

from datetime import datetime
from math import inf
from pathlib import Path

import pytest

from edge.signals.facts import Facts
from edge.signals.place import NOWHERE, Place
from edge.signals.surroundings import SOON, Surroundings
from edge.signals.time import Times
from edge.signals.weather.cell import Cell
from edge.signals.weather.reading import Reading
from edge.signals.weather.sheet import Told
from rules.compile import compile as compile_rules
from rules.load import load

NOON = datetime.fromisoformat("2026-11-22T12:00:00+00:00").timestamp()
SITE = """
places:
  lisbon: {name: Lisbon, at: [38.72, -9.14], timezone: Europe/Lisbon, country: PT, labels: {kind: coast}}
  bergen: {name: Bergen, at: [60.39, 5.32], timezone: Europe/Oslo, country: "NO"}
about: {"/ferry": bergen, "/to/{place}": "{place}"}
stores:
  oslo-city: {name: Oslo City, at: [59.91, 10.75], labels: {hall: north}}
near: {within: 30}
signals: {mood: {pushed: true, values: [calm, busy]}}
"""
FACTS = Facts(
    weather={
        "38.75,-9.25": Told((Reading(0, weather="clear", temperature=17.0, is_day=True),), NOON + 99),
        "60.00,10.75": Told((Reading(0, weather="snow"),), NOON + 99),
    },
    pushed={"mood": ("busy", NOON + 99), "place/lisbon/queue": ("long", NOON + 99)},
    load="quiet",
)
OSLO = Place(country="NO", latitude=59.91, longitude=10.75)


class Wished(list[Cell]):
    """The cells that were wished for."""

    def __call__(self, cell: Cell, at: float) -> None:
        self.append(cell)


@pytest.fixture
def wished() -> Wished:
    return Wished()


@pytest.fixture
def around(tmp_path: Path, wished: Wished) -> Surroundings:
    (tmp_path / "site.yaml").write_text(SITE)
    loaded = load(tmp_path)
    assert loaded.document is not None, loaded.problems
    return Surroundings(compile_rules(loaded.document).site, Times(), wished)


def test_a_visitor_has_the_weather_of_its_cell(around: Surroundings) -> None:
    assert around.weather(FACTS, OSLO, NOON) == {"weather": "snow"}


def test_weather_that_is_not_known_is_wished_for(around: Surroundings, wished: Wished) -> None:
    assert around.weather(FACTS, Place(latitude=47.6, longitude=-122.3), NOON) == {}
    assert wished == [(47.5, -122.25)]


def test_nobody_knows_the_weather_nowhere(around: Surroundings, wished: Wished) -> None:
    assert around.weather(FACTS, NOWHERE, NOON) == {}
    assert wished == []


def test_the_nearest_store_in_reach_is_near(around: Surroundings) -> None:
    near = around.near(FACTS, OSLO, NOON)
    assert near == {"near": "oslo-city", "near.name": "Oslo City", "near.hall": "north"}


def test_nothing_is_near_who_is_far_away_or_unknown(around: Surroundings) -> None:
    assert around.near(FACTS, Place(latitude=47.6, longitude=-122.3), NOON) == {}
    assert around.near(FACTS, NOWHERE, NOON) == {}


def test_a_page_about_a_place_has_that_places_weather_clock_and_facts(around: Surroundings) -> None:
    place = around.about(FACTS, around.spot_of("/to/lisbon"), NOON)
    assert place["place.name"] == "Lisbon"
    assert (place["place.weather"], place["place.temperature"], place["place.is_day"]) == ("clear", 17.0, True)
    assert (place["place.hour"], place["place.country"], place["place.kind"]) == (12, "PT", "coast")
    assert place["place.queue"] == "long"


def test_what_no_rule_asks_for_is_not_worked_out(tmp_path: Path, wished: Wished) -> None:
    (tmp_path / "site.yaml").write_text(SITE)
    document = load(tmp_path).document
    assert document is not None
    around = Surroundings(compile_rules(document).site, Times(), wished, lambda name: name == "place.name")
    found = {"place.name": "Lisbon", "place.country": "PT", "place.kind": "coast", "place.queue": "long"}
    assert around.about(FACTS, around.spot_of("/to/lisbon"), NOON) == found
    assert around.site(FACTS, NOON) == {"load": "quiet"}
    assert wished == []


def test_another_places_page_has_another_clock(around: Surroundings) -> None:
    assert around.about(FACTS, around.spot_of("/to/bergen"), NOON)["place.hour"] == 13


def test_the_first_pattern_that_matches_says_which_place(around: Surroundings) -> None:
    assert around.about(FACTS, around.spot_of("/ferry"), NOON)["place.name"] == "Bergen"


@pytest.mark.parametrize("path", ["/", "/to/atlantis", "/to/", "/to/lisbon/x"])
def test_other_pages_are_about_no_place(around: Surroundings, path: str) -> None:
    assert around.about(FACTS, around.spot_of(path), NOON) == {}


@pytest.mark.parametrize(
    ("facts", "until"),
    [
        (Facts(weather={"*": Told((Reading(0, "rain"),), 4e9)}), inf),
        (Facts(weather={"*": Told((Reading(0, "rain"),), NOON + 9)}), NOON + 9),  # the weather is too old then
        (Facts(weather={"*": Told((Reading(0, "rain"), Reading(NOON + 5, "snow")), NOON + 9)}), NOON + 5),
        (Facts({"*": Told((Reading(0, "rain"),), 4e9)}, {"mood": ("busy", NOON + 3), "x": ("y", NOON)}), NOON + 3),
        (Facts(), NOON + SOON),  # what is not known yet may be known in a moment
    ],
)
def test_surroundings_hold_until_the_first_of_them_changes(around: Surroundings, facts: Facts, until: float) -> None:
    assert min(around.until(facts, OSLO, None, NOON), 4e9) == min(until, 4e9)
    assert min(around.until(facts, NOWHERE, around.spot_of("/to/lisbon"), NOON), 4e9) == min(until, 4e9)


def test_load_and_pushes_are_the_same_for_all(around: Surroundings) -> None:
    assert around.site(FACTS, NOON) == {"load": "quiet", "mood": "busy"}
    assert around.site(FACTS, NOON + 99) == {"load": "quiet"}
    assert around.site(Facts(), NOON) == {}
