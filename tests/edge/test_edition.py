"""The edition: rules, what was learned, what is switched off; swapped whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from edge.edition import Edition
from rules.compile import compile as compiled
from rules.load import load
from tests.learned import snapshot

HERO = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {a: original, b: {text: B}}
choose:
  - CHOOSE
GOAL
"""
Make = Callable[..., Edition]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(choose: str = "learn: [a, b]", goal: str = "goal: {visit: /thanks}\nreward_window: 1d") -> Edition:
        (tmp_path / "hero.yaml").write_text(HERO.replace("CHOOSE", choose).replace("GOAL", goal))
        loaded = load(tmp_path)
        assert loaded.document is not None, loaded.problems
        return Edition(compiled(loaded.document))

    return made


def test_a_page_that_reaches_a_goal_is_its_concern(make: Make) -> None:
    edition = make()
    assert [edition.concerns(path, "") for path in ("/", "/thanks", "/other")] == [True, True, False]
    assert edition.goals.reached("/thanks") == ("visit /thanks",)


@pytest.mark.parametrize("choose", ["show: b", "{when: {device: tv}, show: b}"])
def test_where_nothing_is_drawn_a_goal_is_nobodys_concern(make: Make, choose: str) -> None:
    assert not make(choose).concerns("/thanks", "")


@pytest.mark.parametrize(
    ("choose", "goal", "counts"),
    [
        ("learn: [a, b]", 'goal: click "#a"', True),
        ("split: {a: 1, b: 1}", "not_worse: [lcp]", True),
        ("show: b", "holdout: 5%\ngoal: {event: signup}", True),
        ("{learn: [a, b], policy: rules}", "goal: {event: signup}", True),
        ("show: b", "goal: {event: signup}", False),
        ("learn: [a, b]", "", False),
    ],
)
def test_an_experience_counts_that_has_an_aim_and_something_to_compare(
    make: Make, choose: str, goal: str, counts: bool
) -> None:
    assert make(choose, goal).named["hero"].counts is counts


def test_an_apprentice_draws_nothing_by_itself(make: Make) -> None:
    assert not make("{learn: [a, b], policy: rules}").named["hero"].coins
    assert make("learn: [a, b]").named["hero"].coins


def test_another_snapshot_keeps_what_was_found_in_the_rules_and_forgets_the_shares(make: Make) -> None:
    edition = make()
    other = replace(edition, snapshot=snapshot({}))
    assert other.index is edition.index
    assert other.named is edition.named
    assert other.remembered is not edition.remembered


def test_other_rules_are_looked_through_again(make: Make) -> None:
    edition = make()
    assert replace(edition, rules=make("show: b").rules).index is not edition.index
