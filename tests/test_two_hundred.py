"""People walk through the shop in Chromium and the log says what they did: a few here, 200 in `tests.two_hundred`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from edge.events.values import Exposure, Outcome
from tests.two_hundred import DEEDS, differences, walk


class Written:
    """A log with these exposures and rewards, each as (page, place) and (page, place, goal)."""

    def __init__(self, seen: Sequence[tuple[str, int]], reached: Sequence[tuple[str, int, str]] = ()) -> None:
        self._seen, self._reached = seen, reached

    def exposures(self, after: int, limit: int) -> list[tuple[int, Exposure]]:
        rest: tuple[Any, ...] = ("hero", "a", "personal", "split", 1, "", (), "", 0.5, 600.0, 0, 0.0)
        each = (Exposure(f"{page}.{place}", *rest) for page, place in self._seen)
        return [(seq, one) for seq, one in enumerate(each, after + 1)][:limit]

    def outcomes_of(self, decisions: Sequence[str]) -> dict[str, list[Outcome]]:
        found: dict[str, list[Outcome]] = {}
        for page, place, goal in self._reached:
            if f"{page}.{place}" in decisions:
                found.setdefault(f"{page}.{place}", []).append(Outcome(f"{page}.{place}", "reward", goal, 1.0, 0.0))
        return found


@pytest.mark.browser
def test_what_each_kind_of_person_did_is_in_the_log_and_nothing_else() -> None:
    report = walk(len(DEEDS))
    assert report.differences == []
    assert report.pages > report.unseen > 0
    assert {goal.partition(" ")[0] for goal in report.rewards} >= {"click", "visit"}


@pytest.mark.parametrize(
    ("log", "told"),
    [
        (Written([("p", 0), ("p", 1)], [("p", 1, "scroll 80%")]), ""),
        (Written([("p", 0)], []), "page p: seen, and the log has 1 of 2 decisions"),
        (Written([]), "page p: seen, and the log has 0 of 2 decisions"),
        (Written([("p", 0), ("p", 1)]), "page p: reached ['scroll 80%'], and the log has []"),
        (
            Written([("p", 0), ("p", 1), ("u", 0)], [("p", 1, "scroll 80%")]),
            "page u: nobody saw it, and the log says so",
        ),
        (Written([("p", 0), ("p", 1), ("x", 0)], [("p", 1, "scroll 80%")]), "page x: in the log, and in no diary"),
    ],
    ids=["the same", "half of a page", "no page", "no goal", "a page that nobody saw", "a page of nobody"],
)
def test_a_log_that_says_something_else_is_told_of(log: Any, told: str) -> None:
    found = differences(log, {"p": {"scroll 80%"}}, {"p": 2}, {"u"})
    assert (found[0] if found else "") == told
