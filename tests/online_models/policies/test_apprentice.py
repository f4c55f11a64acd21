"""The rules decide, the model learns beside them."""

from __future__ import annotations

from random import Random

import pytest

from online_models.policies.apprentice import Apprentice

RATES = {"a": 0.05, "b": 0.25}


def _beside(share_of_b: float, rows: int = 4000) -> Apprentice:
    """The rules show `b` to this share of visitors, by coin."""
    chance, policy = Random(4), Apprentice(["a", "b"], ["device"])
    for n in range(rows):
        arm = "b" if chance.random() < share_of_b else "a"
        p = share_of_b if arm == "b" else 1 - share_of_b
        policy.learn(("mobile",), arm, float(chance.random() < RATES[arm]), 1e9 + n, p)
    return policy


def test_nothing_is_reported_before_there_was_a_row() -> None:
    assert "agreement" not in Apprentice(["a", "b"]).numbers()


@pytest.mark.parametrize("share_of_b", [0.2, 0.5, 0.8])
def test_it_says_how_often_it_agrees_with_the_rules(share_of_b: float) -> None:
    assert _beside(share_of_b).numbers()["agreement"] == pytest.approx(share_of_b, abs=0.08)


@pytest.mark.parametrize("share_of_b", [0.2, 0.5, 0.8])
def test_it_estimates_what_its_own_choice_would_have_earned(share_of_b: float) -> None:
    """It would have shown `b` nearly always."""
    assert _beside(share_of_b).numbers()["value"] == pytest.approx(RATES["b"], abs=0.04)


def test_it_says_what_the_rules_earned() -> None:
    assert _beside(0.5).numbers()["rewards"] == pytest.approx(0.15, abs=0.02)


def test_a_row_of_a_tiny_probability_does_not_decide_the_estimate() -> None:
    policy = _beside(0.5)
    before = policy.numbers()["value"]
    policy.learn(("mobile",), "b", 1.0, 2e9, 1e-9)
    assert policy.numbers()["value"] == pytest.approx(before, abs=0.01)
