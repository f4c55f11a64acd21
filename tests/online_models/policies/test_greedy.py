"""ε-greedy."""

from __future__ import annotations

import pytest

from online_models.distribution import distribution
from online_models.policies.greedy import Greedy

ARMS = ("a", "b", "c", "d")


def test_before_anything_is_known_all_tie() -> None:
    assert distribution(Greedy(ARMS).model(), "greedy", (), ARMS) == pytest.approx((0.25,) * 4)


def test_the_rest_explores_evenly() -> None:
    policy = Greedy(ARMS)
    for n in range(800):
        policy.learn((), ARMS[n % 4], float(n % 4 == 2), 1e9 + n, 0.25)
    assert distribution(policy.model(), "greedy", (), ARMS) == pytest.approx((0.0295, 0.0295, 0.9115, 0.0295))
