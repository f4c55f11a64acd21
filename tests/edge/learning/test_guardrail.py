"""Whether harm is found, and only harm."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from edge.learning.guardrail import FEW, RANGES, Design, Guardrail, sane

HELD = Design(("bounce", "lcp"), "a", held=0.1)
DRAWN = Design(("bounce",), "a", drawn=(1,))


def run(seed: int, rows: int, bounce: Callable[[bool], float], lcp: Callable[[bool], float], held: float = 0.1) -> int:
    """After how many rows it was stopped; 0 when never. What is measured depends on who is in the holdout."""
    rng, guardrail = random.Random(seed), Guardrail(Design(("bounce", "lcp"), "a", held=held))
    for number in range(rows):
        out = rng.random() < held
        weight = guardrail.design.weight("b", "holdout" if out else "personal", 1, 1.0)
        assert weight is not None
        values = {"bounce": float(rng.random() < bounce(out)), "lcp": min(rng.lognormvariate(7.3, 0.7) + lcp(out), 1e4)}
        guardrail.add(weight, values)
        if guardrail.breach:
            return number + 1
    return 0


@pytest.mark.parametrize(("held", "rate"), [(0.05, 0.4), (0.1, 0.01), (0.5, 0.4)])
def test_of_experiences_without_harm_hardly_any_is_ever_stopped(held: float, rate: float) -> None:
    stopped = [run(seed, 4000, lambda out: rate, lambda out: 0.0, held) for seed in range(60)]
    assert sum(map(bool, stopped)) <= 3


def test_more_visitors_who_leave_stop_it() -> None:
    found = [run(seed, 12_000, lambda out: 0.4 if out else 0.55, lambda out: 0.0) for seed in range(8)]
    assert all(found)


def test_slower_pages_stop_it() -> None:
    found = [run(seed, 12_000, lambda out: 0.4, lambda out: 0.0 if out else 600.0) for seed in range(8)]
    assert all(found)


def test_better_pages_do_not() -> None:
    assert not run(1, 8000, lambda out: 0.4 if out else 0.2, lambda out: 0.0 if out else -300.0)


def test_nothing_is_said_of_a_few_pages() -> None:
    guardrail = Guardrail(HELD)
    for _ in range(FEW - 1):
        guardrail.add(-10.0, {"bounce": 0.0})
        guardrail.add(1 / 0.9, {"bounce": 1.0})
    assert not guardrail.breach


def test_the_sentence_names_the_measure_and_by_how_much() -> None:
    rng, guardrail = random.Random(3), Guardrail(HELD)
    for _ in range(6000):
        out = rng.random() < 0.1
        guardrail.add(-10.0 if out else 1 / 0.9, {"bounce": float(rng.random() < (0.3 if out else 0.6))})
    assert guardrail.breach.startswith("bounce is worse than with the holdout, by at least 0.")


def test_without_a_holdout_what_is_drawn_is_compared_with_the_default_by_its_probability() -> None:
    """The default is drawn where more people leave anyway: the plain means would find harm where there is none."""
    rng, stopped = random.Random(5), 0
    for _ in range(20):
        guardrail = Guardrail(DRAWN)
        for _ in range(4000):
            calm = rng.random() < 0.5
            p = 0.8 if calm else 0.2
            shown = "a" if rng.random() < p else "b"
            weight = guardrail.design.weight(shown, "personal", 1, p if shown == "a" else 1 - p)
            assert weight is not None
            guardrail.add(weight, {"bounce": float(rng.random() < (0.2 if calm else 0.6))})
        stopped += bool(guardrail.breach)
    assert stopped <= 1


def test_without_a_holdout_harm_is_found_too() -> None:
    rng, guardrail = random.Random(5), Guardrail(DRAWN)
    for _ in range(8000):
        shown = "a" if rng.random() < 0.5 else "b"
        guardrail.add(
            DRAWN.weight(shown, "personal", 1, 0.5) or 0.0,
            {"bounce": float(rng.random() < (0.3 if shown == "a" else 0.5))},
        )
    assert "worse than with a" in guardrail.breach


@pytest.mark.parametrize(
    ("side", "rule", "p"), [("holdout", 1, 0.5), ("personal", 2, 0.5), ("personal", None, 0.5), ("personal", 1, 0.0)]
)
def test_without_a_holdout_only_what_was_drawn_counts(side: str, rule: int | None, p: float) -> None:
    assert DRAWN.weight("a", side, rule, p) is None


@pytest.mark.parametrize("measure", RANGES)
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf"), -float("inf"), 1e9])
def test_what_cannot_be_is_left_out(measure: str, value: float) -> None:
    assert sane(measure, value) is None


def test_what_is_extreme_is_cut() -> None:
    assert sane("lcp", 60_000) == 10_000
    assert sane("bounce", 1) == 1
    assert sane("mood", 1) is None


def test_a_guardrail_goes_on_from_its_state_as_if_it_had_never_stopped() -> None:
    rng, one = random.Random(2), Guardrail(HELD)
    rows = [
        (-10.0 if rng.random() < 0.1 else 1 / 0.9, {"bounce": float(rng.random() < 0.4), "lcp": rng.random() * 4000})
        for _ in range(600)
    ]
    for weight, values in rows[:300]:
        one.add(weight, values)
    other = Guardrail.of(one.state(), HELD)
    for weight, values in rows[300:]:
        one.add(weight, values)
        other.add(weight, values)
    assert one.state() == other.state()


def test_another_design_begins_anew_and_a_breach_stands() -> None:
    guardrail = Guardrail(HELD)
    guardrail.add(-10.0, {"bounce": 1.0})
    guardrail.breach = "bounce is worse"
    other = Guardrail.of(guardrail.state(), Design(("bounce",), "a", held=0.2))
    assert other.breach == "bounce is worse"
    assert other.comparisons["bounce"].usual.n == 0
