"""Where a visitor is, as one value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.place import NOWHERE, Place, completed, place
from rules.words import SIGNALS

BOULDER = {
    "country": "US", "region": "CO", "city": "Boulder", "continent": "NA", "timezone": "America/Denver",
    "latitude": 40.0, "longitude": "-105.3",
}  # fmt: skip


def test_a_place_has_a_signal_for_all_but_its_coordinates() -> None:
    found = place(BOULDER)
    assert found.signals == {
        "country": "US",
        "region": "US-CO",
        "city": "Boulder",
        "continent": "NA",
        "timezone": "America/Denver",
    }
    assert (found.latitude, found.longitude) == (40.0, -105.3)
    assert set(found.signals) <= set(SIGNALS)


def test_what_is_not_known_has_no_signal() -> None:
    assert NOWHERE.signals == {}
    assert place({}) == NOWHERE


def test_a_country_alone_tells_its_continent_and_its_one_zone() -> None:
    assert place({"country": "no"}).signals == {"country": "NO", "continent": "EU", "timezone": "Europe/Oslo"}
    assert "timezone" not in place({"country": "US"}).signals


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("country", "XX"),
        ("country", "reserved"),
        ("country", 7),
        ("region", "COLORADO"),
        ("region", "CO; DROP"),
        ("city", "x" * 101),
        ("city", "two\nlines"),
        ("city", ["Boulder"]),
        ("continent", "Atlantis"),
        ("timezone", "EST"),
        ("timezone", "Mars/Olympus"),
        ("latitude", "north"),
        ("latitude", float("nan")),
        ("latitude", 91),
        ("longitude", None),
        ("longitude", 1e400),
    ],
)
def test_what_cannot_be_true_is_left_out(fact: str, value: object) -> None:
    found = place({**BOULDER, fact: value})
    assert getattr(found, fact) in ("", None, "NA")  # the country tells the continent as well


def test_a_region_may_be_written_with_its_country() -> None:
    assert place({"country": "US", "region": "US-CO"}).region == "US-CO"


def test_a_region_needs_its_country() -> None:
    assert place({"region": "CO"}).region == ""


def test_half_a_coordinate_is_none() -> None:
    assert place({"latitude": 1}).latitude is None


def test_what_was_told_is_completed_by_what_else_is_known_of_the_same_country() -> None:
    found = place(BOULDER)
    assert completed(place({"country": "US"}), found) == found
    assert completed(place({"country": "US", "city": "Denver"}), found).city == "Denver"


def test_what_contradicts_what_was_told_does_not_count() -> None:
    assert completed(place({"country": "CA"}), place(BOULDER)) == place({"country": "CA"})
    texas = place({"country": "US", "region": "TX"})
    assert completed(texas, place(BOULDER)) == texas
    assert completed(NOWHERE, place({"continent": "EU"})) == NOWHERE


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=120) | st.lists(st.text(max_size=3))
)


@given(st.dictionaries(st.sampled_from(sorted(BOULDER)), ANYTHING))
def test_whatever_was_found_gives_a_place(found: dict[str, object]) -> None:
    known = place(found)
    assert isinstance(known, Place)
    assert all(isinstance(value, str) and value for value in known.signals.values())
