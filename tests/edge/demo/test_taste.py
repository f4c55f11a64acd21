"""What passers-by like: known here, and to nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from edge.demo.taste import DAYPARTS, EXPERIENCE, PLAIN, VARIANTS, cell, chances
from edge.demo.window import PASSERS_BY
from loadtest.visitors import PERSONAS, Persona, persona
from rules.load import load

NIGHT = datetime(2026, 11, 22, 0, 30, tzinfo=UTC)
HOURS = [NIGHT + timedelta(hours=hour) for hour in range(24)]


def named(name: str) -> Persona:
    found = persona(name)
    assert found is not None
    return found


def favourite(name: str, at: datetime) -> str:
    return max(VARIANTS, key=chances(named(name), at).__getitem__)


def test_a_visitor_is_known_by_country_part_of_the_day_and_device() -> None:
    assert cell(named("sofa"), NIGHT) == ("US", "day", "mobile")
    assert cell(named("lisbon"), NIGHT) == ("PT", "night", "mobile")
    assert cell(named("living-room"), NIGHT) == ("NZ", "day", "tv")


@pytest.mark.parametrize("at", HOURS, ids=lambda at: f"{at:%H} h")
def test_at_any_hour_not_all_places_like_the_same(at: datetime) -> None:
    assert {favourite(name, at) for name in PASSERS_BY} == set(VARIANTS)


def test_at_another_hour_somebody_likes_something_else() -> None:
    assert any(len({favourite(name, at) for at in HOURS}) > 1 for name in PASSERS_BY)


@pytest.mark.parametrize("at", HOURS[::6], ids=lambda at: f"{at:%H} h")
def test_what_is_liked_is_worth_finding_out(at: datetime) -> None:
    best, even = 0.0, 0.0
    for name in PASSERS_BY:
        each = [chances(named(name), at)[variant] for variant in VARIANTS]
        best, even = best + max(each), even + sum(each) / len(each)
    assert best > 1.5 * even


@pytest.mark.parametrize("who", PERSONAS, ids=lambda who: who.name)
def test_a_chance_is_a_chance_and_the_plain_shelf_is_as_good_for_all(who: Persona) -> None:
    found = chances(who, NIGHT)
    assert all(0 < chance < 1 for chance in found.values())
    assert found[PLAIN] == chances(named("sofa"), HOURS[9])[PLAIN]


def test_the_variants_and_the_parts_of_the_day_are_those_of_the_rules() -> None:
    rules = load(Path(str(files("rules") / "site"))).document
    assert rules is not None
    window = next(each for each in rules["experiences"] if each["name"] == EXPERIENCE)
    assert window["default"] == PLAIN
    assert [name for name, _ in window["choose"][0]["shares"]] == list(VARIANTS)
    written = {name: range(int(begin), int(end)) for name, (begin, end) in dict(rules["site"]["dayparts"]).items()}
    assert written == {**DAYPARTS, "night": range(22, 5)}
