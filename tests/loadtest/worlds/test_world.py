"""Worlds whose truth is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from statistics import fmean

import pytest

from loadtest.worlds.crowd import BEGIN, TOWN
from loadtest.worlds.kind import CONTEXTUAL, KINDS, PANEL, Kind, named
from loadtest.worlds.world import SLOWEST, SOONEST, World

DAY = 86_400.0
EVERY = [pytest.param(kind, id=kind.name) for kind in (*KINDS, *PANEL)]


def world(kind: Kind = CONTEXTUAL, seed: int = 1, count: int = 400, **more: bool | int) -> World:
    return World(kind, seed, count, **more)  # type: ignore[arg-type]


def best(met: World, cell: tuple[str, ...], days: float) -> int:
    chances = met.chances(cell, BEGIN + days * DAY)
    return chances.index(max(chances))


def test_a_town_has_eight_signals_with_83_values() -> None:
    assert len(TOWN) == 8
    assert sum(len(values) for values in TOWN.values()) == 83


@pytest.mark.parametrize("kind", EVERY)
def test_every_visit_has_a_known_value_for_each_signal_and_a_bucket(kind: Kind) -> None:
    met = world(kind)
    known = [set(values) for values in met._crowd.signals.values()]
    for visit, _ in met.story():
        assert len(visit.cell) == len(met.signals)
        assert all(value in values for value, values in zip(visit.cell, known, strict=True))
        assert 0 <= visit.bucket < 4096


@pytest.mark.parametrize("kind", EVERY)
def test_the_share_of_visits_that_clicks_is_that_of_the_kind(kind: Kind) -> None:
    clicked = fmean(fmean(fate.chances) for _, fate in world(replace(kind, drift=0, season=0), count=2000).story())
    assert clicked == pytest.approx(kind.rate, rel=0.12)


def test_clicks_are_two_to_five_in_a_hundred_between_even_shares_and_the_best() -> None:
    fates = [fate for _, fate in world(count=4000).story()]
    assert 0.02 < fmean(fmean(fate.chances) for fate in fates) < fmean(max(fate.chances) for fate in fates) < 0.055


def test_a_seed_brings_the_same_visits_again_and_another_seed_others() -> None:
    assert list(world().story()) == list(world().story())
    assert list(world().story()) != list(world(seed=2).story())


def test_visits_come_in_order_of_time_within_the_days_of_the_kind() -> None:
    moments = [visit.at for visit, _ in world(bots=50).story()]
    assert moments == sorted(moments)
    assert moments[0] >= BEGIN
    assert moments[-1] <= BEGIN + CONTEXTUAL.days * DAY


def test_a_visit_that_clicks_on_a_variant_clicks_on_every_one_that_is_likelier() -> None:
    for _, fate in world().story():
        clicked = [chance for at, chance in enumerate(fate.chances) if fate.clicks(at)]
        assert sorted(fate.chances, reverse=True)[: len(clicked)] == sorted(clicked, reverse=True)


def test_clicks_come_one_to_sixty_minutes_late() -> None:
    delays = [fate.delay for _, fate in world().story()]
    assert SOONEST <= min(delays) < 10 * SOONEST
    assert 0.9 * SLOWEST < max(delays) <= SLOWEST


def test_some_visitors_come_back_with_their_bucket_and_their_device() -> None:
    known: dict[int, set[str]] = {}
    met = Counter(visit.bucket for visit, _ in world(count=1000).story())
    for visit, _ in world(count=1000).story():
        known.setdefault(visit.bucket, set()).add(visit.cell[2])
    again = [bucket for bucket, times in met.items() if times > 1]
    assert len(again) > 100
    assert sum(len(known[bucket]) == 1 for bucket in again) > 0.7 * len(again)  # buckets are shared by few strangers


def test_without_context_one_variant_is_the_best_for_all() -> None:
    winners = {fate.chances.index(max(fate.chances)) for _, fate in world(named("context-free")).story()}
    assert len(winners) == 1


def test_with_context_several_variants_are_the_best_for_somebody() -> None:
    winners = Counter(fate.chances.index(max(fate.chances)) for _, fate in world().story())
    assert len(winners) >= 4
    assert winners.most_common(1)[0][1] < 300


def test_taste_drifts_away_and_does_not_come_back() -> None:
    met = world(named("drifting"))
    cells = [visit.cell for visit, _ in met.story()]
    moved = [fmean(best(met, cell, 0) != best(met, cell, days) for cell in cells) for days in (0, 7, 28)]
    assert 0 == moved[0] < moved[1] < moved[2]


def test_taste_swings_with_the_season_and_comes_back() -> None:
    met = world(named("seasonal"))
    cell = next(visit.cell for visit, _ in met.story())
    there, turned, back = (met.chances(cell, BEGIN + days * DAY) for days in (0, 14, 28))
    assert turned != pytest.approx(there, rel=0.1)
    assert back == pytest.approx(there)


def test_a_late_variant_joins_when_half_of_the_time_is_over() -> None:
    met = world(late_variant=True)
    half = BEGIN + CONTEXTUAL.days * DAY / 2
    assert met.open(half - 1) == tuple("abcde")
    assert met.open(half) == tuple("abcdef")
    assert world().open(BEGIN) == tuple("abcdef")


def test_bots_come_in_a_burst_click_on_everything_and_change_nothing_else() -> None:
    attacked = list(world(bots=50).story())
    assert [met for met in attacked if not met[0].bot] == list(world().story())
    burst = [(visit, fate) for visit, fate in attacked if visit.bot]
    assert len(burst) == 50
    assert burst[-1][0].at - burst[0][0].at <= CONTEXTUAL.days * DAY / 50
    assert all(fate.clicks(variant) for _, fate in burst for variant in range(6))
    assert len({visit.cell for visit, _ in burst}) > 40


def test_a_world_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(ValueError, match="there is no world 'flat'; there are contextual, context-free"):
        named("flat")


@pytest.mark.parametrize("wrong", [{"variants": 1}, {"rate": 0.0}, {"rate": 1.0}, {"days": 0.0}])
def test_a_kind_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="it takes two variants, a rate between 0 and 1, and some time"):
        replace(CONTEXTUAL, **wrong)  # type: ignore[arg-type]
