"""A large move waits."""

from __future__ import annotations

from dataclasses import replace

from edge.learning.hold import GROWN, LONGEST, Hold, moved
from online_models.policies import make
from online_models.snapshot import Model

NOW = 1_800_000_000.0
CELL = ("mobile",)
TRAFFIC: dict[tuple[str, ...], float] = {CELL: 100.0}


def model(**rates: float) -> Model:
    """What is learned from many visits of which so many succeed."""
    policy = make("everyone", ("a", "b"), (), 14 * 86_400, {})
    for number in range(int(GROWN) + 200):
        arm = "ab"[number % 2]
        policy.learn((), arm, float(number // 2 % 100 < rates[arm] * 100), NOW, 0.5)
    return policy.model()


A, B = model(a=0.3, b=0.1), model(a=0.1, b=0.3)


def test_a_move_is_how_far_a_share_of_the_traffic_goes() -> None:
    assert moved(A, A, TRAFFIC, A.arms) == 0
    assert moved(A, B, TRAFFIC, A.arms) > 0.9
    assert moved(A, B, {}, A.arms) == 0


def test_a_large_move_is_held_for_some_minutes_and_then_serves() -> None:
    hold = Hold()
    assert hold.judge("hero/everyone/", A, B, TRAFFIC, NOW) is A
    assert hold.judge("hero/everyone/", A, B, TRAFFIC, NOW + LONGEST - 1) is A
    assert "hero" in hold.sentence()
    assert hold.judge("hero/everyone/", A, B, TRAFFIC, NOW + LONGEST) is B
    assert hold.sentence() == ""


def test_a_move_that_is_taken_back_is_forgotten() -> None:
    hold = Hold()
    hold.judge("hero", A, B, TRAFFIC, NOW)
    assert hold.judge("hero", A, A, TRAFFIC, NOW + 60) is A
    assert hold.judge("hero", A, B, TRAFFIC, NOW + LONGEST) is A


def test_what_somebody_has_done_is_not_held() -> None:
    hold = Hold()
    hold.release("hero")
    assert hold.judge("hero", A, B, TRAFFIC, NOW) is B
    assert hold.judge("hero", B, A, TRAFFIC, NOW + 1) is B


def test_a_first_model_and_one_with_little_evidence_or_other_variants_may_jump() -> None:
    hold = Hold()
    assert hold.judge("hero", None, B, TRAFFIC, NOW) is B
    hold = Hold()
    assert hold.judge("hero", replace(A, evidence={"a": (100.0, 3.0), "b": (100.0, 1.0)}), B, TRAFFIC, NOW) is B
    assert hold.judge("other", replace(A, arms=("a", "b", "c")), B, TRAFFIC, NOW) is B


def test_what_has_learned_much_may_move() -> None:
    many = replace(B, evidence={arm: (2 * visits, successes) for arm, (visits, successes) in B.evidence.items()})
    assert Hold().judge("hero", A, many, TRAFFIC, NOW) is many


def test_many_small_moves_within_minutes_are_a_large_one() -> None:
    """Each of them moves little: what they are compared with is what served some minutes ago."""
    hold, served, steps = Hold(), A, [model(a=0.3 - n / 200, b=0.1 + n / 200) for n in range(0, 41, 2)]
    moves = []
    for second, new in enumerate(steps):
        before, served = served, hold.judge("hero", served, new, TRAFFIC, NOW + second)
        moves.append(moved(A, served, TRAFFIC, A.arms))
        assert served in (before, new)
    assert hold.since
    assert max(moves) <= 0.2
