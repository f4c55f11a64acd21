"""A bound that may be looked at after each row."""

from __future__ import annotations

import math
import random
from statistics import mean, pvariance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.learning.sequence import Sequence


def of(values: list[float]) -> Sequence:
    sequence = Sequence()
    for value in values:
        sequence.add(value)
    return sequence


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=50))
def test_mean_and_spread_are_those_of_the_values(values: list[float]) -> None:
    sequence = of(values)
    assert sequence.mean == pytest.approx(mean(values), abs=1e-6)
    assert sequence.spread == pytest.approx(len(values) * pvariance(values), rel=1e-6, abs=1e-4)


def test_the_bound_is_the_formula_of_the_paper() -> None:
    sequence = of([0.0, 1.0] * 500)
    n, alpha = 1000, 0.05
    x = -2 * math.log(2 * alpha) + math.log(-2 * math.log(2 * alpha) + 1)
    rho2, sigma2 = x / 5000, 0.25
    grown = n * rho2 + 1
    radius = math.sqrt(sigma2) * math.sqrt(2 * grown / (n * n * rho2) * math.log(1 + math.sqrt(grown) / (2 * alpha)))
    assert sequence.lower(alpha) == pytest.approx(0.5 - radius)


def test_with_nothing_known_nothing_is_said() -> None:
    assert Sequence().lower(0.05) == -math.inf
    assert of([1.0]).lower(0.05) == -math.inf
    assert of([1.0, 1.0, 1.0]).lower(0.05) == -math.inf


def test_whoever_wants_to_be_surer_gets_a_lower_bound() -> None:
    sequence = of([0.0, 1.0] * 500)
    assert sequence.lower(0.01) < sequence.lower(0.05) < sequence.mean


def test_a_mean_of_nothing_is_hardly_ever_above_nothing_however_often_one_looks() -> None:
    rng, wrong = random.Random(7), 0
    for _ in range(200):
        sequence = Sequence()
        wrong += any(
            sequence.add(rng.gauss(0, 1)) or (n > 50 and sequence.lower(0.05) > 0)  # type: ignore[func-returns-value]
            for n in range(1500)
        )
    assert wrong <= 10
