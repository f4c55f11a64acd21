"""Where River's pieces do not hold, so that ours stand in; should a newer River mend one, its test says so."""

from __future__ import annotations

import math
from typing import Any

import pytest
from river import bandit, linear_model, proba, stats

ARMS: list[Any] = ["a", "b", "c"]


def test_pull_makes_arms_while_it_chooses() -> None:
    policy = bandit.ThompsonSampling(reward_obj=proba.Beta(), seed=1)
    policy.pull(ARMS)
    assert sorted(policy._rewards) == ARMS


def test_no_policy_tells_a_probability_or_takes_an_arm_away() -> None:
    policies = [bandit.ThompsonSampling, bandit.UCB, bandit.EpsilonGreedy, bandit.LinUCBDisjoint, bandit.Exp3]
    words = ("proba", "propensity", "distribution", "remove", "withdraw", "forget", "decay")
    public = {name for policy in policies for name in dir(policy) if not name.startswith("_")}
    assert not [name for name in public if any(word in name for word in words)]


@pytest.mark.parametrize(
    "policy",
    [
        lambda: bandit.LinUCBDisjoint(burn_in=1),
        lambda: bandit.BayesUCB(burn_in=1),
        lambda: bandit.RandomPolicy(burn_in=1),
    ],
    ids=["LinUCBDisjoint", "BayesUCB", "RandomPolicy"],
)
def test_some_policies_never_get_their_burn_in(policy: Any) -> None:
    assert policy().burn_in != 1


def test_thompson_sampling_needs_to_be_told_its_distribution() -> None:
    with pytest.raises((AttributeError, TypeError, ValueError)):
        bandit.ThompsonSampling(seed=1).pull(ARMS)


def test_greedy_ties_go_to_the_first_arm() -> None:
    policy = bandit.EpsilonGreedy(epsilon=0.0, seed=1)
    assert {policy.pull(ARMS) for _ in range(50)} == {"a"}


def test_an_arm_without_feedback_gets_everything() -> None:
    policy: Any = bandit.UCB(delta=1, seed=1)
    for _ in range(100):
        policy.update("a", 1.0)
        policy.update("b", 1.0)
    assert {policy.pull(ARMS) for _ in range(50)} == {"c"}


def test_with_a_distribution_as_reward_ucb_never_explores() -> None:
    policy: Any = bandit.UCB(delta=100, reward_obj=proba.Beta(), seed=1)
    for arm, rewards in (("a", 60), ("b", 50), ("c", 1)):
        for n in range(100 if arm != "c" else 3):
            policy.update(arm, n < rewards)
    assert {policy.pull(ARMS) for _ in range(50)} == {"a"}


def test_beta_takes_any_reward_for_a_whole_one() -> None:
    beta = proba.Beta(1, 1)
    beta.update(0.1)  # type: ignore[no-untyped-call]
    assert (beta.alpha, beta.beta) == (2, 1)


def test_a_regression_that_forgets_keeps_the_uncertainty_of_one_row() -> None:
    models: list[Any] = [linear_model.BayesianLinearRegression(smoothing=0.9) for _ in range(2)]
    once, often = models
    once.learn_one({"x": 1.0}, 1.0)
    for _ in range(200):
        often.learn_one({"x": 1.0}, 1.0)
    first, last = (model.predict_one({"x": 1.0}, with_dist=True).sigma for model in (once, often))
    assert math.isnan(last) or last == pytest.approx(first, rel=0.5)


def test_a_mean_holds_fractions_and_goes_on_from_its_state() -> None:
    """What holds is used: the mean reward of each arm is River's."""
    mean, other = stats.Mean(), stats.Mean()
    for reward in (0.25, 1.0, 0.5):
        mean.update(reward)
    other.n, other._mean = mean.n, mean.get()
    mean.update(0.1)
    other.update(0.1)
    assert mean.get() == other.get()
