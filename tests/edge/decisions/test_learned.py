"""What was learned as whole counts of the buckets: exact, with its floor and its cap, and the same everywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.decisions.learned import Lesson, dealt, lesson, odds, rounded, young
from edge.edition import REMEMBERED, Edition
from online_models.distribution import distribution
from online_models.snapshot import Model, write
from rules.values import BUCKETS, Entry, RuleSet
from tests.learned import model, snapshot

POLICIES = ("visitor", "everyone", "cautious", "even", "rules", "greedy", "gap")
RATES = {"a": 0.02, "b": 0.2, "c": 0.05}
WEIGHTS = st.lists(st.floats(0, 1), min_size=1, max_size=8).filter(lambda found: sum(found) > 0.01)


@given(WEIGHTS, st.integers(0, BUCKETS), st.data())
def test_counts_are_whole_and_sum_to_the_buckets_in_play(weights: list[float], play: int, data: st.DataObject) -> None:
    exact = [weight / sum(weights) * play for weight in weights]
    capped = data.draw(st.lists(st.booleans(), min_size=len(exact), max_size=len(exact)))
    counts = rounded(exact, play, capped)
    assert sum(counts) == play
    assert all(count >= 0 for count in counts)
    assert all(abs(count - share) <= len(exact) for count, share in zip(counts, exact, strict=True))


@given(WEIGHTS, st.integers(1, BUCKETS))
def test_the_smallest_share_is_rounded_up_where_there_is_room(weights: list[float], play: int) -> None:
    exact = [weight / sum(weights) * play for weight in weights]
    assert min(rounded(exact, play, [False] * len(exact))) >= min(ceil(min(exact) - 1e-6), play // len(exact))


def test_equal_shares_are_dealt_out_to_the_first() -> None:
    assert rounded([4096 / 3] * 3, 4096, [False] * 3) == [1366, 1365, 1365]


def test_what_is_capped_is_rounded_up_last() -> None:
    assert rounded([4096 / 3] * 3, 4096, [True, True, False]) == [1365, 1365, 1366]
    assert rounded([2.5, 2.5], 5, [True, False]) == [2, 3]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("play", [4096, 3891, 41, 7, 3])
def test_no_variant_falls_below_the_floor_by_rounding(policy: str, play: int) -> None:
    found = model(policy, rates=RATES, signals=("device",))
    shares = distribution(found, policy, ("mobile",), ("a", "b", "c"))
    counts = [count for _, count in dealt(found, policy, ("mobile",), ("a", "b", "c"), play).counted]
    assert sum(counts) == play
    assert min(counts) >= 1
    assert min(counts) >= min(ceil(min(shares) * play - 1e-6), play // 3)


NUMBER = st.floats(-12, 12)
SPREAD = st.floats(0, 9)
VALUE = st.dictionaries(st.sampled_from(["mobile", "desktop", "other"]), st.tuples(NUMBER, SPREAD), max_size=3)


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Whatever numbers a snapshot may hold, of up to twelve variants."""
    policy, arms = draw(st.sampled_from(POLICIES)), "abcdefghijkl"[: draw(st.integers(1, 12))]
    values = () if policy == "everyone" else (st.lists(VALUE, min_size=2, max_size=2),)
    worth = st.tuples(NUMBER, SPREAD, *values)
    numbers = {
        "arms": {arm: draw(worth) for arm in arms},
        "new": (draw(NUMBER), draw(SPREAD)),
        "unseen": (1.0, 0.5),
        "explore": 0.1,
        "overall": draw(NUMBER),
        "shared": [{"mobile": draw(NUMBER)}, {}],
        "gamma": draw(st.floats(0, 1e6)),
    }
    return Model(policy, tuple(arms), numbers, young=frozenset(draw(st.sets(st.sampled_from(arms)))))


@given(models(), st.lists(st.sampled_from("abcdefghijklxyz"), min_size=1, max_size=15, unique=True), st.data())
@settings(max_examples=200, deadline=None)
def test_whatever_was_learned_each_variant_keeps_its_floor_in_whole_buckets(
    found: Model, arms: list[str], data: st.DataObject
) -> None:
    cell = tuple(data.draw(st.lists(st.sampled_from(["mobile", "desktop", "unseen"]), max_size=2)))
    play, k = data.draw(st.integers(len(arms), BUCKETS)), len(arms)
    counted = dealt(found, found.policy, cell, tuple(arms), play).counted
    assert sum(count for _, count in counted) == play
    floor = (0.10 if found.policy == "cautious" else max(0.02, 0.005 * k)) / k
    assert min(count for _, count in counted) / play >= floor - 1e-9
    most = max(min(1 / 2, 2 / k) * play, ceil(play / k))
    new = [count for arm, count in counted if arm in young(found, found.policy, arms)]
    assert k == 1 or all(count <= most for count in new)


@given(st.integers(1, BUCKETS), st.integers(2, 6), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_young_variant_never_gets_more_than_its_cap(play: int, size: int, all_are: bool) -> None:
    arms = "abcdef"[:size]
    found = model("everyone", arms, (), {arms[0]: 0.3}, rows=60 * size, young=frozenset(arms if all_are else arms[0]))
    counts = dict(dealt(found, "everyone", (), tuple(arms), play).counted)
    assert counts[arms[0]] <= max(min(1 / 2, 2 / size) * play, ceil(play / size))


@pytest.mark.parametrize("policy", POLICIES)
def test_without_a_model_or_with_one_of_another_policy_shares_are_even(policy: str) -> None:
    other = model("even" if policy != "even" else "visitor", rates=RATES)
    for each in (None, other):
        assert dealt(each, policy, ("mobile",), ("a", "b", "c"), 4096).counted == (
            ("a", 1366),
            ("b", 1365),
            ("c", 1365),
        )


def test_better_variants_get_more_and_a_variant_alone_gets_all() -> None:
    found = model(rates=RATES)
    shares = dealt(found, "visitor", ("mobile",), ("a", "b", "c"), 4096)
    assert shares.distribution["b"] > 0.5 > shares.distribution["c"]
    assert dealt(found, "visitor", ("mobile",), ("c",), 4096).only == "c"


def test_the_phone_may_like_another_variant_than_the_desk() -> None:
    found = model(rates={"a mobile": 0.4, "b desktop": 0.4}, rows=1800)
    phone = dealt(found, "visitor", ("mobile",), ("a", "b", "c"), 4096).distribution
    desk = dealt(found, "visitor", ("desktop",), ("a", "b", "c"), 4096).distribution
    assert phone["a"] > phone["b"]
    assert desk["b"] > desk["a"]


# With the edition


LEARN = Entry(None, "learn", (("a", 1.0), ("b", 1.0), ("c", 1.0)), ("device",), "visitor")
KEY = "hero/visitor/device"


def edition(**models: object) -> Edition:
    return Edition(RuleSet((), UTC, ""), snapshot=snapshot({KEY: model(rates=RATES, **models)}))  # type: ignore[arg-type]


def test_a_lesson_names_the_model_and_the_cell_by_the_values_that_the_snapshot_keeps() -> None:
    kept = edition(values=(frozenset({"mobile"}),))
    assert lesson("hero", LEARN, {"device": "tv"}, kept) == Lesson(KEY, "visitor", ("other",))
    assert lesson("hero", LEARN, {"device": "tv"}, edition()) == Lesson(KEY, "visitor", ("tv",))
    assert lesson("hero", LEARN, {"device": "mobile"}, kept) == Lesson(KEY, "visitor", ("mobile",))


def test_one_winner_for_all_has_one_cell() -> None:
    everyone = Entry(None, "learn", LEARN.shares, ("device",), "everyone")
    assert lesson("hero", everyone, {"device": "tv"}, edition()) == Lesson("hero/everyone/", "everyone", ())


def test_what_was_remembered_is_what_would_be_worked_out() -> None:
    serving, taught = edition(), Lesson(KEY, "visitor", ("mobile",))
    first = odds(taught, LEARN.shares, 4096, serving)
    assert odds(taught, LEARN.shares, 4096, serving) is first
    assert odds(taught, LEARN.shares, 4096, edition()) == first
    assert odds(taught, LEARN.shares[:2], 4096, serving).distribution.keys() == {"a", "b"}
    assert odds(taught, LEARN.shares, 41, serving).counted != first.counted


def test_visitors_cannot_fill_the_memory_with_cells() -> None:
    serving = edition()
    for number in range(REMEMBERED + 50):
        odds(Lesson(KEY, "even", (f"made-up-{number}",)), LEARN.shares, 4096, serving)
    assert len(serving.remembered) == REMEMBERED


REPLAY = """
import json, sys
from edge.decisions.learned import dealt
from online_models.snapshot import read
found = read(sys.stdin.buffer.read()).models
cells = [("mobile",), ("desktop",), ("unknown",), ("other",)]
for key, model in sorted(found.items()):
    for cell in cells:
        for arms in (("a", "b", "c"), ("c", "a"), ("a", "b", "new")):
            for play in (4096, 3891, 17):
                print(key, json.dumps(dealt(model, model.policy, cell, arms, play).counted))
"""


def test_a_replay_in_another_process_gives_the_same_counts() -> None:
    models = {f"hero/{policy}/device": model(policy, rates=RATES) for policy in POLICIES}
    body = write(snapshot(models))
    told = [
        subprocess.run(
            [sys.executable, "-c", REPLAY], input=body, capture_output=True, check=True, timeout=60,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert told[0] == told[1]
    here = dealt(models["hero/visitor/device"], "visitor", ("mobile",), ("a", "b", "c"), 4096).counted
    assert f"hero/visitor/device {json.dumps(here)}".encode() in told[0]


def test_who_serves_knows_neither_river_nor_numpy() -> None:
    code = "import sys, edge.app, edge.serve.worker; print({'river', 'numpy', 'scipy', 'pandas'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "set()"
