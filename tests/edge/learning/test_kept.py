"""Which values of a signal are told apart."""

from __future__ import annotations

import pytest

from edge.learning.kept import Kept, kept


@pytest.mark.parametrize(
    ("today", "yesterday", "before", "expected"),
    [
        ({"NO": 3}, {}, None, None),  # the first day
        ({"NO": 3, "SE": 40}, {"NO": 25, "SE": 1}, None, {"NO", "SE"}),
        ({"NO": 19}, {"NO": 19}, None, set()),
        ({"NO": 20}, {"NO": 1}, None, {"NO"}),
        ({"NO": 9}, {"NO": 12}, frozenset({"NO"}), {"NO"}),  # it was kept, and is not rare enough to go
        ({"NO": 9}, {"NO": 9}, frozenset({"NO"}), set()),
        ({"NO": 12}, {"NO": 12}, frozenset({"SE"}), set()),  # it was not kept, and is not frequent enough to come
        ({}, {}, frozenset({"NO"}), set()),
    ],
)
def test_a_value_is_kept_that_is_seen_often_enough_today_or_yesterday(
    today: dict[str, int], yesterday: dict[str, int], before: Kept, expected: set[str] | None
) -> None:
    assert kept(today, yesterday, before) == expected


def test_a_signal_with_very_many_values_is_judged_on_its_first_day() -> None:
    assert set(kept({str(n): 11 for n in range(100)} | {"often": 30}, {}, None) or ()) == {"often"}


def test_no_more_values_are_kept_than_there_is_room_for_the_most_frequent_first() -> None:
    found = set(kept({str(n): 20 + n for n in range(1000)}, {}, None) or ())
    assert found == {str(n) for n in range(744, 1000)}


def test_a_value_at_the_edge_does_not_come_and_go() -> None:
    told, changes = kept({"NO": 20}, {"NO": 1}, None), 0
    for n in (21, 19, 20, 18, 22, 17, 11, 20):
        again = kept({"NO": n}, {"NO": n}, told)
        changes, told = changes + (again != told), again
    assert changes == 0
