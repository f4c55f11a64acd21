"""The probability that an arm is the best."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.best import chances

worths = st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 20)), min_size=1, max_size=8)


def _drawn(means: list[float], spreads: list[float], times: int = 40_000) -> list[float]:
    """How often each is the best, in draws."""
    chance, wins = Random(7), [0] * len(means)
    for _ in range(times):
        worth = [chance.gauss(mean, spread) for mean, spread in zip(means, spreads, strict=True)]
        wins[worth.index(max(worth))] += 1
    return [count / times for count in wins]


@pytest.mark.parametrize(
    ("means", "spreads"),
    [
        ([0.0, 0.1], [0.2, 0.2]),
        ([0.0, 0.1, 0.2, 0.05, -0.1, 0.15], [0.3, 0.2, 0.25, 0.3, 0.3, 0.2]),
        ([0.0, 0.0, 0.3], [0.01, 0.02, 1.0]),
        ([-1.0, 0.0, 0.01], [3.0, 0.001, 0.001]),
    ],
)
def test_it_is_how_often_draws_make_the_arm_the_best(means: list[float], spreads: list[float]) -> None:
    assert chances(means, spreads) == pytest.approx(_drawn(means, spreads), abs=0.015)


def test_equal_arms_have_equal_chances() -> None:
    assert chances([0.3] * 4, [0.1] * 4) == [0.25] * 4


def test_certain_and_equal_arms_share_evenly() -> None:
    assert chances([1.0, 1.0, 0.0], [0.0, 0.0, 0.0]) == [0.5, 0.5, 0.0]


@given(worths)
def test_chances_are_shares_of_one(arms: list[tuple[float, float]]) -> None:
    shares = chances([mean for mean, _ in arms], [spread for _, spread in arms])
    assert all(0 <= share <= 1 for share in shares)
    assert sum(shares) == pytest.approx(1)


@given(worths.filter(lambda arms: len(arms) > 1))
def test_of_two_equally_uncertain_arms_the_better_has_the_larger_chance(arms: list[tuple[float, float]]) -> None:
    means = [mean for mean, _ in arms]
    shares = chances(means, [1.0] * len(arms))
    for one, first in enumerate(means):
        for two, second in enumerate(means):
            assert first < second or shares[one] >= shares[two] - 1e-9
