"""Inverse gap weighting."""

from __future__ import annotations

from math import exp

import pytest

from online_models.distribution import distribution
from online_models.policies.gap import STEEP, Gap

ARMS = ("a", "b", "c")


def _taught(rows: int) -> Gap:
    policy = Gap(ARMS, ("device",))
    for n in range(rows):
        policy.learn(("mobile",), ARMS[n % 3], float(n % 3 == 1 and n % 2), 1e9, 1 / 3)
    return policy


def test_a_share_is_one_by_k_and_the_gap() -> None:
    policy = _taught(900)
    numbers = policy.numbers()
    base = numbers["overall"] + numbers["shared"][0]["mobile"]
    odds = {arm: base + mean + by[0]["mobile"][0] for arm, (mean, _, by) in numbers["arms"].items()}
    rate = {arm: 1 / (1 + exp(-each)) for arm, each in odds.items()}
    wanted = 1 / (3 + STEEP * 30 * (rate["b"] - rate["a"]))
    assert distribution(policy.model(), "gap", ("mobile",), ARMS)[0] == pytest.approx(
        0.98 * wanted + 0.02 / 3, rel=1e-3
    )


def test_the_more_is_known_the_less_those_behind_are_shown() -> None:
    few, many = (distribution(_taught(rows).model(), "gap", ("mobile",), ARMS) for rows in (60, 3000))
    assert many[0] < few[0]
    assert many[1] > few[1]


def test_before_anything_is_known_shares_are_even() -> None:
    assert distribution(Gap(ARMS).model(), "gap", (), ARMS) == pytest.approx((1 / 3,) * 3)
