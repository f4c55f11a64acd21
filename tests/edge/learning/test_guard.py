"""What is plausible is learned, what is not is dropped."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.learning.guard import Guard

AT = 1_800_000_000.0
HOUR = 3_600.0
DAY = 86_400.0


def steady(guard: Guard, rows: int, rate: float, at: float = AT, seed: int = 1) -> int:
    """Ordinary visitors of some cells and variants; how many of them were dropped."""
    rng, before = random.Random(seed), guard.dropped
    for _ in range(rows):
        guard.passes((rng.choice("mdt"),), rng.choice("ab"), float(rng.random() < rate), at)
    return guard.dropped - before


def test_ordinary_visitors_are_all_learned() -> None:
    for seed in range(10):
        assert steady(Guard(), 5000, 0.03, seed=seed) == 0


def test_a_variant_that_works_three_times_as_well_is_learned() -> None:
    guard, rng = Guard(), random.Random(4)
    steady(guard, 3000, 0.03)
    assert all(guard.passes(("m",), "c", float(rng.random() < 0.09), AT) for _ in range(2000))


@pytest.mark.parametrize("rate", [0.25, 0.4, 0.6, 0.9, 1.0])
def test_of_a_goal_that_many_reach_nothing_is_ever_dropped(rate: float) -> None:
    for seed in range(5):
        guard = Guard()
        assert [steady(guard, 1000, rate, AT + hour * HOUR, seed=seed + hour) for hour in range(30)] == [0] * 30


@pytest.mark.parametrize("rate", [0.005, 0.02, 0.05, 0.15])
@pytest.mark.parametrize("cells", [1, 40, 4000])
def test_of_calm_traffic_less_than_one_row_in_a_thousand_is_dropped(rate: float, cells: int) -> None:
    guard, rng = Guard(), random.Random(7)
    for number in range(30_000):
        reward = float(rng.random() < rate)
        guard.passes((str(rng.randrange(cells)),), rng.choice("abcdef"), reward, AT + number * 30)
    assert guard.dropped < 30


def test_of_calm_traffic_with_values_next_to_nothing_is_dropped() -> None:
    guard, rng = Guard(), random.Random(8)
    for number in range(20_000):
        reward = rng.random() ** 2 * (rng.random() < 0.1)
        guard.passes((rng.choice("mdt"),), rng.choice("ab"), reward, AT + number * 30)
    assert guard.dropped < 20


def test_of_a_machine_that_clicks_each_time_only_a_handful_is_learned() -> None:
    guard = Guard()
    steady(guard, 3000, 0.03)
    learned = sum(guard.passes(("bot",), "b", 1.0, AT) for _ in range(2000))
    assert learned < 15


def test_others_go_on_while_a_machine_clicks() -> None:
    guard = Guard()
    steady(guard, 3000, 0.03)
    for _ in range(2000):
        guard.passes(("bot",), "b", 1.0, AT)
    assert steady(guard, 2000, 0.03, seed=2) == 0


def burst(guard: Guard, rows: int, at: float = AT, variants: str = "abc") -> int:
    """Machines that click each time, each from a cell of its own, within an hour; how many of them were learned."""
    rng = random.Random(9)
    return sum(guard.passes((str(rng.random()),), rng.choice(variants), 1.0, at + n * HOUR / rows) for n in range(rows))


def test_machines_that_look_different_each_time_are_found_in_the_whole() -> None:
    guard = Guard()
    steady(guard, 3000, 0.03, AT - HOUR)
    assert burst(guard, 2000, variants="abcdefghijklmnopqrstuvwxyz") < 30


def test_machines_that_see_one_variant_are_found_there_and_the_others_go_on() -> None:
    guard = Guard()
    steady(guard, 3000, 0.03, AT - HOUR)
    assert burst(guard, 2000, variants="c") < 30
    assert steady(guard, 2000, 0.03, AT + HOUR - 1, seed=2) < 30


def test_a_burst_of_many_hours_is_not_learned_from_anew_each_hour() -> None:
    guard = Guard()
    for hour in range(24):
        steady(guard, 300, 0.03, AT + (hour - 24) * HOUR, seed=hour)
    assert sum(burst(guard, 600, AT + hour * HOUR) for hour in range(7)) < 60


def test_after_a_burst_visitors_are_learned_from_again_within_hours() -> None:
    guard = Guard()
    for hour in range(24):
        steady(guard, 300, 0.03, AT + (hour - 24) * HOUR, seed=hour)
    burst(guard, 600)
    later = [steady(guard, 300, 0.03, AT + hour * HOUR, seed=hour) for hour in range(1, 7)]
    assert later[-1] == 0


def test_a_campaign_that_trebles_what_is_usual_is_believed_at_once() -> None:
    guard = Guard()
    for hour in range(24):
        steady(guard, 300, 0.03, AT + hour * HOUR, seed=hour)
    assert steady(guard, 1000, 0.09, AT + 24 * HOUR) == 0


def test_what_is_dropped_is_learned_again_once_it_is_plausible() -> None:
    guard = Guard()
    steady(guard, 3000, 0.03)
    for _ in range(30):
        guard.passes(("m",), "new", 1.0, AT)
    assert not guard.passes(("m",), "new", 0.0, AT)
    for _ in range(3000):
        guard.passes(("m",), "new", 0.0, AT)
    assert guard.passes(("m",), "new", 0.0, AT)


@pytest.mark.parametrize("rate", [0.01, 0.03])
def test_a_goal_that_is_reached_ten_times_as_often_for_good_is_believed_on_the_third_day(rate: float) -> None:
    guard = Guard()
    for hour in range(24):
        steady(guard, 200, rate, AT + hour * HOUR, seed=hour)
    later = [steady(guard, 200, 10 * rate, AT + hour * HOUR, seed=hour) for hour in range(24, 96)]
    assert sum(later[48:]) == 0


def test_a_new_day_counts_anew() -> None:
    guard = Guard()
    steady(guard, 3000, 0.03)
    for _ in range(50):
        guard.passes(("m",), "b", 1.0, AT)
    assert guard.passes(("m",), "b", 1.0, AT + DAY)


def test_what_is_remembered_is_bounded() -> None:
    guard = Guard()
    for number in range(10_000):
        guard.passes((str(number),), "a", 1.0, AT)
    assert len(guard.state()["day"][1]) <= 4096


@given(
    st.lists(
        st.tuples(st.sampled_from("md"), st.sampled_from("ab"), st.sampled_from([0.0, 1.0]), st.integers(0, 3)),
        max_size=60,
    ),
    st.integers(0, 60),
)
def test_a_guard_goes_on_from_its_state_as_if_it_had_never_stopped(
    rows: list[tuple[str, str, float, int]], cut: int
) -> None:
    one = Guard()
    for cell, variant, reward, day in rows[:cut]:
        one.passes((cell,), variant, reward, AT + day * DAY)
    other = Guard.of(one.state())
    for cell, variant, reward, day in rows[cut:]:
        at = AT + day * DAY
        assert one.passes((cell,), variant, reward, at) == other.passes((cell,), variant, reward, at)
    assert one.state() == other.state()
