"""The arithmetic of a bench: ratios within a round, medians over rounds, gates."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.bench.rounds import Gate, Load, Ratio, Round, Sample, judge, middle, paired


def cost(cpu: float) -> Sample:
    return Sample(cpu, per_second=1000.0, p50=1.0, p99=2.0)


def rounds(*costs: tuple[float, float]) -> list[Round]:
    return [{"edge": cost(edge), "nginx": cost(nginx)} for edge, nginx in costs]


def test_cpu_of_a_request_is_what_was_charged_divided_by_what_was_answered() -> None:
    load = Load(requests=10_000, seconds=2.0, bytes=0, errors=0, p50=1.5, p99=9.0)
    assert Sample.of(0.5, load, connections=0) == Sample(cpu=50.0, per_second=5000.0, p50=1.5, p99=9.0)


def test_requests_under_way_at_the_end_count_as_half_done() -> None:
    load = Load(requests=968, seconds=2.0, bytes=0, errors=0, p50=1.0, p99=1.0)
    assert Sample.of(1.0, load, connections=64).cpu == pytest.approx(1000.0)


def test_a_ratio_is_taken_within_each_round_so_that_a_noisy_round_is_noisy_for_both() -> None:
    quiet, noisy = (200.0, 40.0), (600.0, 120.0)
    assert paired(rounds(quiet, noisy, quiet), "edge", "nginx") == Ratio(median=5.0, least=5.0, most=5.0)


def test_a_ratio_tells_how_far_the_rounds_lie_apart() -> None:
    assert paired(rounds((80.0, 40.0), (160.0, 40.0), (120.0, 40.0)), "edge", "nginx") == Ratio(3.0, 2.0, 4.0)


def test_there_is_no_ratio_to_what_was_not_measured() -> None:
    assert paired([{"edge": cost(100.0)}], "edge", "nginx") is None


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(1, 1e4), st.floats(1, 1e4), st.floats(0.1, 10)), min_size=1, max_size=9))
def test_what_slows_both_sides_of_a_round_alike_changes_no_ratio(costs: list[tuple[float, float, float]]) -> None:
    calm = paired(rounds(*((edge, nginx) for edge, nginx, _ in costs)), "edge", "nginx")
    busy = paired(rounds(*((edge * noise, nginx * noise) for edge, nginx, noise in costs)), "edge", "nginx")
    assert calm is not None
    assert busy is not None
    assert (busy.median, busy.least, busy.most) == pytest.approx((calm.median, calm.least, calm.most))


def test_figures_for_orientation_are_medians_too() -> None:
    taken: list[Round] = [{"edge": Sample(cpu, cpu * 2, cpu * 3, cpu * 4)} for cpu in (1.0, 2.0, 9.0)]
    assert middle(taken, "edge") == Sample(2.0, 4.0, 6.0, 8.0)


@pytest.mark.parametrize(
    ("edge", "held"),
    [(199.0, True), (200.0, True), (201.0, False)],
    ids=["below the limit", "at the limit", "above the limit"],
)
def test_a_gate_is_held_up_to_its_limit(edge: float, held: bool) -> None:
    assert [verdict.held for verdict in judge(rounds((edge, 40.0)), [Gate("edge", "nginx", 5, "cheap")])] == [held]


def test_one_bad_round_does_not_miss_a_gate() -> None:
    verdict = judge(rounds((150.0, 40.0), (900.0, 40.0), (150.0, 40.0)), [Gate("edge", "nginx", 5, "cheap")])[0]
    assert verdict.held


def test_a_gate_on_what_was_not_measured_is_neither_held_nor_missed() -> None:
    assert judge([{"edge": cost(1.0)}], [Gate("edge", "nginx", 5, "cheap")])[0].held is None
