"""One winner for all."""

from __future__ import annotations

from random import Random

import pytest
from river import proba
from river.bandit import ThompsonSampling

from online_models.best import chances
from online_models.distribution import distribution
from online_models.policies.everyone import RATE, Everyone


@pytest.mark.parametrize(
    "sums",
    [
        [(1, 30), (2, 30), (0, 12)],
        [(30, 1000), (38, 1000), (3, 60), (0, 3)],
        [(300, 500), (310, 500), (1, 2)],
        [(45, 50), (48, 50), (4, 5)],
        [(900, 30_000), (950, 30_000), (870, 30_000)],
    ],
)
def test_its_shares_are_how_often_thompson_sampling_would_choose(sums: list[tuple[int, int]]) -> None:
    """River's sampler, with the same Beta distributions, is the oracle."""
    arms = tuple("abcd"[: len(sums)])
    policy = Everyone(arms, priors=dict(zip(arms, sums, strict=True)))
    everything = [sum(each) for each in zip(*sums, strict=True)]
    rate = (everything[0] + 1) / (everything[1] + 1 / RATE)
    weight = 1 / min(rate, 1 - rate)
    sampler = ThompsonSampling(reward_obj=proba.Beta(), seed=3)
    for arm, (rewards, exposures) in zip(arms, sums, strict=True):
        beta = sampler._rewards[arm]
        assert isinstance(beta, proba.Beta)
        beta.alpha = rate * weight + rewards
        beta.beta = (1 - rate) * weight + exposures - rewards
    pulls = [sampler.pull(list(arms)) for _ in range(20_000)]
    numbers = policy.numbers()["arms"]
    shares = chances([numbers[arm][0] for arm in arms], [numbers[arm][1] for arm in arms])
    assert shares == pytest.approx([pulls.count(arm) / 20_000 for arm in arms], abs=0.025)


def test_it_looks_at_no_signal() -> None:
    policy = Everyone(["a", "b"])
    policy.learn(("mobile",), "a", 1.0, 1e9, 0.5)
    other = Everyone(["a", "b"])
    other.learn((), "a", 1.0, 1e9, 0.5)
    assert policy.numbers() == other.numbers()


def test_half_a_reward_is_half_a_reward() -> None:
    policy = Everyone(["a"])
    policy.learn((), "a", 0.5, 1e9, 1.0)
    assert policy.sums == {"a": [0.5, 1.0]}


def test_it_finds_the_winner_among_rare_clicks() -> None:
    chance, policy = Random(1), Everyone(["a", "b", "c"])
    rates = {"a": 0.02, "b": 0.04, "c": 0.02}
    for n in range(6000):
        arm = chance.choice("abc")
        policy.learn((), arm, float(chance.random() < rates[arm]), 1e9 + n, 1 / 3)
    assert distribution(policy.model(), "everyone", (), ("a", "b", "c"))[1] > 0.95
