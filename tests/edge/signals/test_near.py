"""The nearest of the site's places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.near import kilometres, nearest
from rules.values import Near, Spot

SPOTS = {
    "oslo": Spot("oslo", "Oslo", 59.91, 10.75),
    "bergen": Spot("bergen", "Bergen", 60.39, 5.32),
    "suva": Spot("suva", "Suva", -18.14, 178.44),
}
DRAMMEN = (59.74, 10.20)


def _near(latitude: float, longitude: float, *lists: Near) -> str | None:
    spot = nearest(latitude, longitude, lists, SPOTS)
    return spot.key if spot else None


def test_the_distance_is_that_of_a_globe() -> None:
    assert kilometres(59.91, 10.75, 60.39, 5.32) == pytest.approx(305, abs=2)
    assert kilometres(0, 179.5, 0, -179.5) == pytest.approx(111.2, abs=0.1)
    assert kilometres(0, 0, 0, 180) == pytest.approx(20_015, abs=1)


def test_the_nearest_within_reach_counts() -> None:
    assert _near(*DRAMMEN, Near(("oslo", "bergen"), 400)) == "oslo"


def test_nothing_is_near_where_all_are_too_far() -> None:
    assert _near(*DRAMMEN, Near(("oslo", "bergen"), 20)) is None


def test_each_list_has_its_own_reach() -> None:
    assert _near(*DRAMMEN, Near(("oslo",), 20), Near(("bergen",), 400)) == "bergen"


def test_the_date_line_does_not_keep_places_apart() -> None:
    assert _near(-18.1, -179.9, Near(("suva",), 200)) == "suva"


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(0, 20_100))
def test_the_nearest_is_the_one_of_the_shortest_way(latitude: float, longitude: float, within: float) -> None:
    away = {key: kilometres(latitude, longitude, spot.latitude, spot.longitude) for key, spot in SPOTS.items()}
    nearest_of_all = min(away, key=away.__getitem__)
    expected = nearest_of_all if away[nearest_of_all] <= within else None
    assert _near(latitude, longitude, Near(tuple(SPOTS), within)) == expected


def test_how_far_it_is_to_places_of_another_latitude_is_not_worked_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def counted(*place: float) -> float:
        asked.append(place[2])
        return kilometres(*place)

    monkeypatch.setattr("edge.signals.near.kilometres", counted)
    assert _near(*DRAMMEN, Near(tuple(SPOTS), 40)) == "oslo"
    assert asked == [59.91]
