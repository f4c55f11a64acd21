"""The comparison of policies, in the small: what it plays, what it prints, when it fails."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from loadtest.simulate import Run, simulate
from loadtest.worlds.kind import Kind
from loadtest.worlds.world import World
from tests.bench.gates import Gate, Result, gates
from tests.bench.learning import SCENES, Job, main, play
from tests.bench.players import PLAYERS, make

EASY = Kind("easy", "two signals say much", sizes=(3, 2), variants=3, rate=0.15, main=0.3, context=0.8, shared=0.2)


def result(scene: str, player: str, *captures: float, newest: float = 0.0) -> Result:
    runs = {seed: Run(0, capture, 1, [(0, capture, 1)] * 100, newest) for seed, capture in enumerate(captures)}
    return Result(scene, player, runs)


def judged(*results: Result) -> list[bool]:
    return [gate.holds for gate in gates(results)]


@pytest.mark.parametrize("player", PLAYERS)
def test_every_player_shows_shares_that_sum_to_one_and_learns(player: str) -> None:
    world = World(EASY, 1, 150, late_variant=True, bots=5)
    run = simulate(world, make(player, world, 1), refresh=3600)
    assert 0 <= run.least <= 1 / 2
    assert -1 <= run.capture <= 1


def test_visitor_learns_who_likes_what() -> None:
    captures = []
    for seed in (1, 2):
        world = World(EASY, seed, 1500)
        captures.append(simulate(world, make("visitor", world, seed), refresh=3600).capture)
    assert sum(captures) / 2 > 0.35


def test_ours_draw_by_the_bucket_so_who_comes_back_to_the_same_numbers_sees_the_same() -> None:
    world = World(EASY, 1, 50)
    player = make("visitor", world, 1)
    for visit, _ in world.story():
        assert player.show(visit, world.variants) == player.show(visit, world.variants)


def test_a_job_is_the_same_when_it_is_played_again() -> None:
    job = Job(SCENES[0], "visitor", 3, 150, 0)
    assert play(job) == play(job)


@pytest.mark.parametrize(
    ("ours", "theirs", "kept"), [(0.62, 0.49, True), (0.62, 0.51, False)], ids=["by enough", "by too little"]
)
def test_visitor_must_be_ahead_of_vowpal_wabbit(ours: float, theirs: float, kept: bool) -> None:
    assert judged(result("contextual", "visitor", ours), result("contextual", "vw squarecb -q", theirs)) == [kept]


def test_visitor_must_be_ahead_of_river_in_the_mean_over_the_seeds() -> None:
    ours = result("contextual", "visitor", 0.5, 0.7)
    assert judged(ours, result("contextual", "river ucb", 0.9, 0.2)) == [True]
    assert judged(ours, result("contextual", "river ucb", 0.9, 0.4)) == [False]


@pytest.mark.parametrize(("ours", "kept"), [(0.79, True), (0.77, False)])
def test_without_context_visitor_must_be_near_plain_thompson(ours: float, kept: bool) -> None:
    assert judged(result("context-free", "visitor", ours), result("context-free", "beta-thompson", 0.9)) == [kept]


@pytest.mark.parametrize(("attacked", "kept"), [(0.58, True), (0.56, False)])
def test_a_burst_of_bots_may_cost_a_twentieth(attacked: float, kept: bool) -> None:
    calm = result("contextual", "visitor", 0.6)
    assert judged(calm, result("contextual, with bots", "visitor", attacked)) == [kept]


@pytest.mark.parametrize(("late", "kept"), [(0.43, True), (0.41, False)])
def test_late_clicks_must_leave_seven_tenths(late: float, kept: bool) -> None:
    assert judged(result("busy", "visitor", 0.6), result("busy, clicks late", "visitor", late)) == [kept]


@pytest.mark.parametrize(("newest", "kept"), [(1 / 3, True), (0.35, False)])
def test_a_variant_that_joins_must_begin_small(newest: float, kept: bool) -> None:
    assert judged(result("busy, clicks late, a variant joins", "visitor", 0.5, newest=newest)) == [kept]


def test_what_was_not_played_is_not_judged() -> None:
    assert judged(result("contextual", "visitor", 0.1), result("drifting", "vw squarecb", 0.9)) == []


def test_a_promise_that_is_missed_is_told_and_ends_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    short = ["--seeds", "1", "--visits", "120", "--jobs", "1", "--world", "contextual"]
    assert main([*short, "--player", "even", "--player", "beta-thompson"]) == 0
    assert "missed" not in capsys.readouterr().out
    assert main([*short, "--player", "visitor", "--player", "vw squarecb"]) == 1  # nobody learns from 120 visits
    assert "| ≥ 0.12 | missed |" in capsys.readouterr().out


def test_it_prints_a_table_or_json_and_draws_a_chart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    short = ["--seeds", "2", "--visits", "120", "--jobs", "1", "--world", "drifting", "--player", "beta-thompson"]
    main([*short, "--chart", str(tmp_path / "regret.svg")])
    told = capsys.readouterr()
    assert "| drifting | beta-thompson | " in told.out
    assert not told.err
    assert "Clicks missed in a drifting world" in (tmp_path / "regret.svg").read_text("utf-8")
    main([*short, "--json"])
    (only,) = json.loads(capsys.readouterr().out)["results"]
    assert len(only["captures"]) == 2
    assert len(only["regret"]) == 100


def test_a_gate_is_a_sentence_with_what_was_measured_and_its_bound() -> None:
    (gate,) = gates([result("contextual", "visitor", 0.5), result("contextual", "river linucb", 0.2)])
    assert gate == Gate("visitor is ahead of river linucb where context matters", 0.3, "≥ 0", True)
