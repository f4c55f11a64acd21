"""Which snapshots are kept."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.learning.shelf import ROOM, surplus


def after(seconds: list[float], spared: tuple[int, ...] = ()) -> list[tuple[int, float]]:
    """What is kept when one is made at each of these moments."""
    kept: list[tuple[int, float]] = []
    for number, at in enumerate(seconds, 1):
        gone = surplus(kept, at, spared)
        kept = [(number, at), *(each for each in kept if each[0] not in gone)]
    return kept


def test_none_goes_while_there_is_room() -> None:
    assert len(after([float(n) for n in range(ROOM)])) == ROOM


def test_a_week_of_one_a_minute_leaves_some_of_each_age() -> None:
    week = 7 * 86_400.0
    kept = after([float(n) for n in range(0, int(week), 60)])
    ages = [week - made for _, made in kept]
    assert len(kept) == ROOM
    assert all(any(age <= limit for age in ages[1:]) for limit in (300, 3600, 86_400))
    assert max(ages) > 3 * 86_400


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60))
def test_there_are_never_more_than_there_is_room_for_and_the_latest_stays(moments: list[float]) -> None:
    kept = after(sorted(moments))
    assert len(kept) <= ROOM
    assert kept[0] == (len(moments), max(moments))


def test_one_that_is_pinned_stays() -> None:
    assert 3 in [number for number, _ in after([float(n) for n in range(500)], spared=(3,))]
