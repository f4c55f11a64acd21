"""What this kind of visitor likes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from online_models.distribution import distribution
from online_models.policies.cautious import Cautious
from online_models.policies.regression import OFTEN, VALUES
from online_models.policies.visitor import Visitor

ARMS = ("a", "b", "c")
DEVICES = ("mobile", "desktop", "tablet")
Rate = Callable[[str, str], float]


def _taught(rate: Rate, rows: int = 12_000, kind: type[Visitor] = Visitor, arms: tuple[str, ...] = ARMS) -> Visitor:
    """Taught by evenly drawn variants; beside the device there is a signal that means nothing."""
    chance, policy = Random(2), kind(arms, ("device", "hour"))
    for n in range(rows):
        device, arm, hour = chance.choice(DEVICES), chance.choice(arms), str(chance.randrange(24))
        policy.learn((device, hour), arm, float(chance.random() < rate(device, arm)), 1e9 + n, 1 / 3)
    return policy


def _each_their_own(device: str, arm: str) -> float:
    return 0.10 if DEVICES.index(device) == ARMS.index(arm) else 0.03


def _one_for_all(_device: str, arm: str) -> float:
    return 0.06 if arm == "b" else 0.03


def test_each_cell_gets_what_it_likes() -> None:
    model = _taught(_each_their_own).model()
    for device, arm in zip(DEVICES, range(3), strict=True):
        assert distribution(model, "visitor", (device, "7"), ARMS)[arm] > 0.9


def test_where_signals_do_not_matter_there_is_one_winner_for_all() -> None:
    model = _taught(_one_for_all).model()
    for device in (*DEVICES, "unknown"):
        assert distribution(model, "visitor", (device, "7"), ARMS)[1] > 0.9


def test_a_signal_that_does_not_matter_soon_weighs_nothing() -> None:
    device, hour = _taught(_each_their_own).regression.apart
    assert device > 10 * hour


def test_a_value_never_seen_gets_what_all_like() -> None:
    model = _taught(_one_for_all).model()
    assert distribution(model, "visitor", ("tv", "99"), ARMS)[1] > 0.9


def test_more_values_than_there_is_room_for_take_none() -> None:
    policy = Visitor(ARMS, ("path",))
    for n in range(3 * VALUES):
        policy.learn((f"/{n}",), "a", 0.0, 1e9 + n, 0.5)
    assert len(policy.regression.shared[0]) == VALUES
    assert len(policy.regression.arms["a"].by[0]) == VALUES


def test_a_value_of_which_next_to_nothing_is_known_is_not_published() -> None:
    policy = _taught(_one_for_all, rows=4 * OFTEN)
    policy.learn(("rare", "7"), "a", 0.0, 1e9 + 4 * OFTEN, 0.5)
    by = policy.numbers()["arms"]["a"][2][0]
    assert "rare" not in by
    assert "mobile" in by


def test_cautious_spreads_more_of_what_it_does_not_know() -> None:
    bold, careful = (_taught(_each_their_own, 2000, kind).model() for kind in (Visitor, Cautious))
    largest = max(distribution(bold, "visitor", ("mobile", "7"), ARMS))
    assert max(distribution(careful, "cautious", ("mobile", "7"), ARMS)) < largest


def test_a_clear_winner_still_leaves_the_others_their_floor() -> None:
    assert min(distribution(_taught(_one_for_all).model(), "visitor", ("mobile", "7"), ARMS)) == pytest.approx(
        0.02 / 3, rel=0.5
    )
