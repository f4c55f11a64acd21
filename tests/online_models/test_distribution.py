"""From a snapshot's numbers to shares."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.distribution import cap, distribution
from online_models.policies import NAMES, make
from online_models.policies.bandit import GROWN
from online_models.snapshot import Model

ARMS = ("a", "b", "c", "d")


def _taught(policy: str, rows: int = 600, arms: tuple[str, ...] = ARMS, best: str = "b") -> Model:
    """A model that has seen one arm win."""
    bandit = make(policy, arms, ("device",))
    for n in range(rows):
        arm = arms[n % len(arms)]
        bandit.learn((("mobile", "desktop")[n % 2],), arm, float(arm == best and n % 3 > 0), 1e9 + n, 1 / len(arms))
    return bandit.model()


@pytest.mark.parametrize("policy", NAMES)
def test_without_a_model_shares_are_even(policy: str) -> None:
    assert distribution(None, policy, (), ARMS) == (0.25,) * 4


def test_a_model_of_another_policy_gives_even_shares() -> None:
    assert distribution(_taught("everyone"), "visitor", ("mobile",), ARMS) == (0.25,) * 4


def test_nobody_to_choose_from_gives_no_shares() -> None:
    assert distribution(_taught("visitor"), "visitor", ("mobile",), ()) == ()


def test_a_single_arm_has_all() -> None:
    assert distribution(_taught("visitor"), "visitor", ("mobile",), ("c",)) == (1.0,)


@pytest.mark.parametrize("policy", sorted(NAMES.keys() - {"even"}))
def test_the_arm_that_wins_gets_the_most(policy: str) -> None:
    shares = distribution(_taught(policy, rows=4 * GROWN), policy, ("mobile",), ARMS)
    assert max(shares) == shares[1] > 0.5


@pytest.mark.parametrize("policy", NAMES)
def test_shares_follow_the_arms_and_not_their_order(policy: str) -> None:
    model = _taught(policy)
    there = dict(zip(ARMS, distribution(model, policy, ("mobile",), ARMS), strict=True))
    back = dict(zip(ARMS[::-1], distribution(model, policy, ("mobile",), ARMS[::-1]), strict=True))
    assert there == pytest.approx(back)


@pytest.mark.parametrize("policy", NAMES)
@settings(deadline=None, max_examples=30)
@given(
    arms=st.lists(st.sampled_from([*ARMS, "new", "newer", "x", "y", "z"]), min_size=2, unique=True).map(tuple),
    cell=st.lists(st.sampled_from(["mobile", "desktop", "unknown", "other"]), max_size=3).map(tuple),
)
def test_each_arm_has_its_floor_and_all_have_one(policy: str, arms: tuple[str, ...], cell: tuple[str, ...]) -> None:
    model = _MODELS[policy]
    shares = distribution(model, policy, cell, arms)
    k = len(arms)
    assert sum(shares) == pytest.approx(1)
    assert min(shares) >= (0.10 if policy == "cautious" else max(0.02, 0.005 * k)) / k - 1e-12


@pytest.mark.parametrize("policy", NAMES)
@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.sampled_from([*ARMS, "new", "newer"]), min_size=2, unique=True).map(tuple),
    st.sets(st.sampled_from(ARMS)),
)
def test_a_young_arm_is_capped_whoever_else_is_young(policy: str, arms: tuple[str, ...], young: set[str]) -> None:
    model = replace(_MODELS[policy], young=frozenset(young))
    shares = dict(zip(arms, distribution(model, policy, ("mobile",), arms), strict=True))
    assert sum(shares.values()) == pytest.approx(1)
    new = [arm for arm in arms if arm in young or arm not in ARMS]
    assert all(shares[arm] <= cap(len(arms)) + 1e-8 for arm in new)


def test_where_all_are_young_what_is_cut_goes_to_those_below_their_cap() -> None:
    grown = _taught("everyone", rows=4 * GROWN)
    assert distribution(grown, "everyone", (), ARMS)[1] > 0.9
    young = replace(grown, young=frozenset(ARMS))
    assert distribution(young, "everyone", (), ARMS) == pytest.approx((1 / 6, 1 / 2, 1 / 6, 1 / 6), abs=0.001)


def test_two_young_arms_have_the_same() -> None:
    young = replace(_MODELS["visitor"], young=frozenset(ARMS))
    assert distribution(young, "visitor", ("mobile",), ("a", "b")) == pytest.approx((0.5, 0.5))


def test_what_a_young_arm_may_not_have_goes_to_the_others() -> None:
    lucky = make("visitor", ("old", "new"), ())
    for n in range(GROWN):
        lucky.learn((), "old", 0.0, 1e9 + n, 0.5)
    for n in range(GROWN - 1):
        lucky.learn((), "new", 1.0, 1e9 + n, 0.5)
    assert distribution(lucky.model(), "visitor", (), ("old", "new")) == pytest.approx((0.5, 0.5))
    lucky.learn((), "new", 1.0, 1e9 + GROWN, 0.5)
    assert distribution(lucky.model(), "visitor", (), ("old", "new"))[1] > 0.9


def test_with_very_many_arms_the_floor_leaves_something_to_learn_with() -> None:
    arms = tuple(f"arm{n}" for n in range(100))
    shares = distribution(_taught("visitor", rows=100 * GROWN, arms=arms, best="arm7"), "visitor", ("mobile",), arms)
    assert min(shares) >= 0.005 - 1e-12
    assert max(shares) == shares[7] > 0.3


def test_more_arms_than_floors_fit_have_even_shares() -> None:
    arms = tuple(f"arm{n}" for n in range(250))
    assert distribution(_MODELS["visitor"], "visitor", ("mobile",), arms) == pytest.approx((1 / 250,) * 250)


_MODELS = {policy: _taught(policy, rows=4 * GROWN) for policy in NAMES}
