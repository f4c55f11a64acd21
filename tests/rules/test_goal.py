"""A goal in one line, and the pages that reach one."""

from __future__ import annotations

import pytest

from rules.goal import Visits, goal_text

TEXTS = [
    ({}, ""),
    ({"click": "#hero a"}, 'click "#hero a"'),
    ({"visit": ["/thanks"]}, "visit /thanks"),
    ({"visit": ["/thanks", "/danke/*"]}, "visit /thanks /danke/*"),
    ({"event": "signup", "max": 99.5}, "event signup"),
    ({"dwell": 30.0}, "dwell 30s"),
    ({"dwell": 7_776_000.0}, "dwell 7776000s"),
    ({"dwell": 1.5}, "dwell 1.5s"),
    ({"scroll": 0.8}, "scroll 80%"),
    ({"scroll": 0.29}, "scroll 29%"),
]


@pytest.mark.parametrize(("goal", "text"), TEXTS)
def test_a_goal_reads_as_it_is_written(goal: dict[str, object], text: str) -> None:
    assert goal_text(goal) == text


VISITS = Visits([{"visit": ["/thanks", "/danke/*"]}, {"click": "#a"}, {}, {"visit": ["/to/{place}/done"]}])


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        ("/thanks", ("visit /thanks /danke/*",)),
        ("/danke/schön", ("visit /thanks /danke/*",)),
        ("/to/bergen/done", ("visit /to/{place}/done",)),
        ("/", ()),
        ("/thanks/", ()),
    ],
)
def test_a_page_reaches_the_goals_whose_pattern_it_has(path: str, reached: tuple[str, ...]) -> None:
    assert VISITS.reached(path) == reached


def test_goals_that_are_alike_are_one() -> None:
    assert Visits([{"visit": ["/a"]}, {"visit": ["/a"]}]).reached("/a") == ("visit /a",)


def test_without_a_visit_no_page_reaches_anything() -> None:
    assert Visits([{"event": "signup"}]).reached("/") == ()
