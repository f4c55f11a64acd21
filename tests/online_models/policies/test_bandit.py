"""What holds for every policy."""

from __future__ import annotations

import json
import math
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from river import bandit as river_bandit

from online_models.distribution import distribution
from online_models.policies import NAMES, make
from online_models.policies.bandit import DAY, GROWN, Bandit
from online_models.snapshot import Snapshot, write

ARMS = ("a", "b", "c")
SIGNALS = ("device", "country")
Row = tuple[tuple[str, ...], str, float, float, float]

every = pytest.mark.parametrize("policy", NAMES)
learning = pytest.mark.parametrize("policy", sorted(NAMES.keys() - {"even"}))


def _rows(count: int, seed: int = 1) -> list[Row]:
    chance = Random(seed)
    cells = [(device, country) for device in ("mobile", "desktop") for country in ("NO", "DE", "unknown")]
    rows: list[Row] = []
    for n in range(count):
        arm = chance.choice(ARMS)
        rows.append(
            (chance.choice(cells), arm, float(chance.random() < 0.1 + 0.3 * (arm == "b")), 1e9 + 600 * n, 1 / 3)
        )
    return rows


def _taught(policy: str, rows: list[Row], half_life: float = 14 * DAY) -> Bandit:
    bandit = make(policy, ARMS, SIGNALS, half_life)
    for row in rows:
        bandit.learn(*row)
    return bandit


@every
def test_it_goes_on_from_its_state_to_the_last_bit(policy: str) -> None:
    rows = _rows(1200)
    whole, half = _taught(policy, rows), _taught(policy, rows[:700])
    resumed = NAMES[policy].of(json.loads(json.dumps(half.state(), sort_keys=True)))
    assert resumed.state() == half.state()
    for row in rows[700:]:
        resumed.learn(*row)
    assert json.dumps(resumed.state(), sort_keys=True) == json.dumps(whole.state(), sort_keys=True)
    assert resumed.model() == whole.model()


@every
def test_the_same_rows_in_the_same_order_give_the_same_numbers(policy: str) -> None:
    assert _taught(policy, _rows(500)).state() == _taught(policy, _rows(500)).state()


@every
@pytest.mark.parametrize(
    "damage", [{}, {"schema": 2}, {"policy": "other"}, {"learned": 7}, {"seen": {"a": 3}}, {"half_life": "x"}]
)
def test_a_damaged_state_is_refused(policy: str, damage: dict[str, Any]) -> None:
    if policy == "even" and "learned" in damage:
        return  # it has learned nothing that could be damaged
    with pytest.raises(ValueError, match=r"state"):
        NAMES[policy].of(_taught(policy, _rows(20)).state() | damage if damage else {})


@every
def test_evidence_counts_closed_exposures_and_rewards_and_forgets_none(policy: str) -> None:
    bandit = make(policy, ARMS, SIGNALS, half_life=1.0)
    for n, reward in enumerate((1.0, 0.0, 0.5)):
        bandit.learn(("mobile", "NO"), "a", reward, 1e9 + 100 * n, 0.5)
    assert bandit.evidence() == {"a": (3, 1.5)}


@every
def test_an_arm_is_young_until_it_has_two_hundred_closed_exposures(policy: str) -> None:
    bandit = make(policy, ("a", "b"), ())
    for n in range(GROWN - 1):
        bandit.learn((), "a", 0.0, 1e9 + n, 0.5)
    assert bandit.model().young == {"a", "b"}
    bandit.learn((), "a", 0.0, 2e9, 0.5)
    assert bandit.model().young == {"b"}


@every
def test_a_withdrawn_arm_keeps_what_was_learned_of_it(policy: str) -> None:
    bandit = _taught(policy, _rows(600))
    before = bandit.numbers(), bandit.evidence()
    bandit.offer(("a", "c"))
    assert bandit.model().arms == ("a", "c")
    bandit.offer(ARMS)
    assert (bandit.numbers(), bandit.evidence()) == before


@every
def test_rows_of_a_withdrawn_arm_that_close_late_are_still_learned(policy: str) -> None:
    bandit = _taught(policy, _rows(600))
    bandit.offer(("a", "c"))
    bandit.learn(("mobile", "NO"), "b", 1.0, 2e9, 0.3)
    assert bandit.evidence()["b"][0] == sum(arm == "b" for _, arm, *_ in _rows(600)) + 1


@learning
def test_what_is_a_half_life_old_counts_half(policy: str) -> None:
    """After a turn of taste a short memory finds the new winner, a long one does not."""
    turned = [
        (cell, arm, float(n % 3 > 0 and arm == ("a" if n < 1150 else "b")), at, p)
        for n, (cell, arm, _, at, p) in enumerate(_rows(1300))
    ]
    short, long = (_taught(policy, turned, half_life) for half_life in (0.3 * DAY, 1000 * DAY))
    cell = ("mobile", "NO")
    assert max(shares := distribution(short.model(), policy, cell, ARMS)) == shares[1]
    assert max(shares := distribution(long.model(), policy, cell, ARMS)) == shares[0]


@learning
def test_time_that_runs_backwards_forgets_nothing_and_brings_nothing_back(policy: str) -> None:
    rows = _rows(400)
    ahead = [(*row[:3], 1e9 + 1e7 + n % 2 * -1e6, row[4]) for n, row in enumerate(rows)]
    still = [(*row[:3], 1e9 + 1e7, row[4]) for row in rows]
    assert _taught(policy, ahead).numbers() == _taught(policy, still).numbers()


@learning
def test_a_prior_is_worth_its_rewards_in_its_exposures(policy: str) -> None:
    bandit = make(policy, ARMS, (), priors={"a": (10, 1000), "b": (100, 1000), "c": (10, 1000)})
    shares = distribution(bandit.model(), policy, (), ARMS)
    assert max(shares) == shares[1] > 0.4


@learning
def test_a_new_arm_starts_from_the_average_of_the_others(policy: str) -> None:
    bandit = _taught(policy, _rows(3000))
    bandit.offer((*ARMS, "new"))
    model = bandit.model()
    assert set(model.numbers["arms"]) == {*ARMS, "new"}
    mean = {arm: numbers[0] for arm, numbers in model.numbers["arms"].items()}
    others = [mean[arm] for arm in ARMS]
    assert min(others) < mean["new"] < max(others)


@every
@pytest.mark.parametrize("prior", [(2.0, 1.0), (-1.0, 5.0), (math.nan, 5.0), (1.0, math.inf)])
def test_an_impossible_prior_is_refused(policy: str, prior: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="impossible"):
        make(policy, ARMS, (), priors={"a": prior})


@every
@pytest.mark.parametrize("half_life", [0.0, -1.0, math.nan])
def test_a_half_life_that_is_none_is_refused(policy: str, half_life: float) -> None:
    with pytest.raises(ValueError, match="half-life"):
        make(policy, ARMS, (), half_life)


def test_a_policy_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no policy 'oracle'"):
        make("oracle", ARMS, ())


@every
@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.tuples(st.sampled_from(["x", "y", ""]), st.text(max_size=2)) | st.just(()),
            st.sampled_from([*ARMS, "stranger"]),
            st.floats(),
            st.floats(-1e12, 1e12) | st.floats(),
            st.floats(0, 1) | st.floats(),
        ),
        max_size=60,
    ),
    st.sampled_from([1e-300, 1e-3, 1.0, 1e6, 1e300]),
)
def test_numbers_stay_finite_whatever_comes(policy: str, rows: list[Row], half_life: float) -> None:
    bandit = _taught(policy, rows, half_life)
    write(Snapshot(1, models={"m": bandit.model()}))  # which refuses what is not finite
    shares = distribution(bandit.model(), policy, ("x", "y"), ARMS)
    assert sum(shares) == pytest.approx(1)


@every
@pytest.mark.parametrize("reward", [0.0, 1.0])
def test_numbers_stay_finite_when_every_row_is_the_same(policy: str, reward: float) -> None:
    bandit = make(policy, ARMS, SIGNALS)
    for n in range(20_000):
        bandit.learn(("mobile", "NO"), "a", reward, 1e9 + n, 1.0)
    write(Snapshot(1, models={"m": bandit.model()}))


@every
@pytest.mark.parametrize(("reward", "counted"), [(7.0, 1.0), (-3.0, 0.0), (0.25, 0.25)])
def test_a_reward_is_clipped(policy: str, reward: float, counted: float) -> None:
    bandit = make(policy, ARMS, ())
    bandit.learn((), "a", reward, 1e9, 0.5)
    assert bandit.evidence() == {"a": (1, counted)}


@every
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", [2, 3, 4])
def test_a_row_with_something_that_is_no_number_is_ignored(policy: str, bad: float, place: int) -> None:
    bandit = _taught(policy, _rows(10))
    before = bandit.state()
    row: list[Any] = [("mobile", "NO"), "a", 1.0, 1e9, 0.5]
    row[place] = bad
    bandit.learn(*row)
    assert bandit.state() == before


# River's contract


@every
def test_it_is_one_of_rivers_policies(policy: str) -> None:
    assert isinstance(make(policy, ARMS, SIGNALS), river_bandit.base.ContextualPolicy)


@every
def test_pull_draws_from_the_distribution(policy: str) -> None:
    bandit = _taught(policy, _rows(60))
    context = {"device": "mobile", "country": "NO"}
    shares = distribution(bandit.model(), policy, ("mobile", "NO"), ARMS)
    bandit._rng.seed(5)
    pulls = [bandit.pull(list(ARMS), context) for _ in range(3000)]
    assert [pulls.count(arm) / 3000 for arm in ARMS] == pytest.approx(shares, abs=0.04)


@every
def test_pull_learns_nothing_and_makes_no_arm(policy: str) -> None:
    bandit = _taught(policy, _rows(60))
    before = bandit.state()
    assert bandit.pull(["stranger", "a"], {"device": "mobile"}) in ("stranger", "a")
    assert bandit.state() == before


@every
def test_updates_come_in_any_order_without_a_pull(policy: str) -> None:
    bandit = make(policy, ARMS, SIGNALS)
    for arm in ("c", "a", "c"):
        bandit.update(arm, {"device": "mobile", "country": "NO"}, 1.0)
    assert bandit.evidence() == {"c": (2, 2.0), "a": (1, 1.0)}
    assert bandit.ranking
    assert "Arm ID" in repr(bandit)


@every
def test_a_clone_starts_anew(policy: str) -> None:
    copy = _taught(policy, _rows(60)).clone()
    assert copy.evidence() == {}
    assert copy.arms == ARMS
    assert copy.signals == SIGNALS
