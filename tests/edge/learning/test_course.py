"""What each model is to learn."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edge.learning.course import courses, heirloom, signals_of
from tests.edge.learning.lesson import HERO, KEY, rules


def test_each_entry_that_learns_has_a_model(tmp_path: Path) -> None:
    course = courses(rules(tmp_path, HERO))[KEY]
    assert (course.experience, course.policy, course.signals) == ("hero", "visitor", ("device",))
    assert course.arms == ("a", "b", "c")
    assert (course.window, course.goal, course.half_life) == (60.0, 'click "h1 a"', 14 * 86_400)


def test_entries_with_the_same_key_share_one_and_it_knows_the_variants_of_both(tmp_path: Path) -> None:
    two = HERO.replace("choose:", "choose:\n  - when: {country: NO}\n    learn: [b, a]\n    from: [device]")
    found = courses(rules(tmp_path, two))
    assert list(found) == [KEY]
    assert found[KEY].arms == ("b", "a", "c")


def test_an_experience_without_a_goal_or_without_an_entry_that_learns_has_none(tmp_path: Path) -> None:
    shows = HERO.replace("learn: [a, b, c]\n    from: [device]", "split: {a: 50, b: 50}")
    assert courses(rules(tmp_path, shows)) == {}


@pytest.mark.parametrize(
    ("key", "signals"),
    [("hero/visitor/device", ("device",)), ("hero/visitor/a,b", ("a", "b")), ("hero/everyone/", ()), ("hero", ())],
)
def test_a_key_names_the_signals(key: str, signals: tuple[str, ...]) -> None:
    assert signals_of(key) == signals


def test_a_model_takes_over_from_those_that_are_gone_and_knew_all_that_it_asks_for(tmp_path: Path) -> None:
    course = courses(rules(tmp_path, HERO))[KEY]
    others = ["hero/cautious/device,country", "hero/visitor/country", "other/visitor/device", "hero/greedy/device"]
    assert heirloom(course, others, ["hero/greedy/device"]) == ("hero/cautious/device,country",)


def test_what_is_imported_adds_to_the_prior_of_the_rules(tmp_path: Path) -> None:
    course = replace(courses(rules(tmp_path, HERO))[KEY], prior={"a": (1, 10)}, warm={"a": (2, 20), "b": (1, 5)})
    assert course.start == {"a": (3, 30), "b": (1, 5)}


def test_what_is_forgotten_is_between_two_moments(tmp_path: Path) -> None:
    course = replace(courses(rules(tmp_path, HERO))[KEY], forgotten=((10.0, 20.0),))
    assert [course.forgets(at) for at in (9.9, 10, 20, 20.1)] == [False, True, True, False]
