"""Conditions that are sound by themselves, and that nobody meets where they stand."""

from __future__ import annotations

from datetime import date

import pytest

from rules.phrase import condition
from rules.reach import terms
from rules.vain import vain
from rules.words import DAYPARTS

TODAY = date(2026, 11, 22)


def why(tree: object, *paths: str) -> str:
    (term,) = terms(condition(tree)) or []
    return vain(term, paths, DAYPARTS, TODAY)


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/shop/*", ["/"]),
        ("/shop", ["/", "/help"]),
        ("/shop/*", ["/blog/*", "/"]),
        ("/shop/boots", ["/blog/{slug}"]),
        (["/a", "/b*"], ["/c/*"]),
    ],
)
def test_a_path_that_is_on_no_page_of_where_is_met_by_nobody(path: object, where: list[str]) -> None:
    for each in path if isinstance(path, list) else [path]:
        assert "on no page of `where`" in why({"path": each}, *where)


@pytest.mark.parametrize(
    ("tree", "where"),
    [
        ({"path": "/shop/*"}, []),
        ({"path": "/shop/*"}, ["*"]),
        ({"path": "/shop/*"}, ["/", "/shop/boots"]),
        ({"path": "/shop/boots"}, ["/shop/*"]),
        ({"path": "*/boots"}, ["/shop/*"]),
        ({"path": "/to/oslo"}, ["/to/{slug}"]),
        ({"not": {"path": "/shop/help*"}}, ["/shop/*"]),
        ({"weather": "rain"}, ["/"]),
    ],
)
def test_a_path_that_some_page_may_have_is_fine(tree: object, where: list[str]) -> None:
    assert why(tree, *where) == ""


def test_an_hour_outside_the_part_of_the_day_is_met_by_nobody() -> None:
    assert "`daypart`" in why({"daypart": "morning", "hour": "20-22"})
    assert why({"daypart": "evening", "hour": "20-22"}) == ""
    assert why({"daypart": "night", "hour": "5-7"}) == ""
    assert why({"daypart": "unknown", "hour": 5}) == ""


def test_days_that_have_passed_are_met_by_nobody() -> None:
    assert "is over" in why({"date": "2026-11-01 - 2026-11-20"})
    assert "is over" in why({"date": "2025-12-24"})
    assert why({"date": "2026-11-01 - 2026-11-22"}) == ""
    assert why({"date": "2026-12-24"}) == ""
    assert why({"not": {"date": "2025-12-24"}}) == ""
