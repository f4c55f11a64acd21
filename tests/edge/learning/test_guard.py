"""What is plausible is learned, what is not is dropped."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from edge.learning.guard import Guard

AT = 1_800_000_000.0
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


def test_a_goal_that_nearly_everybody_reaches_is_learned() -> None:
    assert steady(Guard(), 3000, 0.9) < 60


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


def test_what_is_dropped_is_learned_again_once_it_is_plausible() -> None:
    guard = Guard()
    steady(guard, 3000, 0.03)
    for _ in range(30):
        guard.passes(("m",), "new", 1.0, AT)
    assert not guard.passes(("m",), "new", 0.0, AT)
    for _ in range(3000):
        guard.passes(("m",), "new", 0.0, AT)
    assert guard.passes(("m",), "new", 0.0, AT)


def test_a_goal_that_is_reached_ten_times_as_often_for_good_is_believed_within_days() -> None:
    guard = Guard()
    steady(guard, 5000, 0.01)
    for day in range(1, 4):
        dropped = steady(guard, 5000, 0.3, AT + day * DAY, seed=day)
    assert dropped == 0


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
    assert len(guard.state()["counts"]) <= 4096


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
