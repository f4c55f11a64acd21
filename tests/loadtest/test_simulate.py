"""Playing a world through."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from loadtest.simulate import GRACE, WINDOW, Shown, simulate
from loadtest.worlds.crowd import Visit
from loadtest.worlds.kind import CONTEXTUAL, named
from loadtest.worlds.world import World

Learned = tuple[Visit, str, float, float]


@dataclass
class Knows:
    """Knows the truth; or, if `worst`, does the opposite."""

    world: World
    worst: bool = False

    def show(self, visit: Visit, variants: tuple[str, ...]) -> Shown:
        chances = self.world.chances(visit.cell, visit.at)[: len(variants)]
        chosen = variants[chances.index((min if self.worst else max)(chances))]
        return Shown(chosen, tuple(float(each == chosen) for each in variants))

    def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
        pass

    def refresh(self, now: float) -> None:
        pass


@dataclass
class Same:
    """Shows one variant, and says that shares are even; writes everything down."""

    shown: int = 0
    learned: list[Learned] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    refreshed: list[float] = field(default_factory=list)

    def show(self, visit: Visit, variants: tuple[str, ...]) -> Shown:
        self.times.append(visit.at)
        return Shown(variants[self.shown], (1 / len(variants),) * len(variants))

    def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
        self.learned.append((visit, shown, odds, reward))

    def refresh(self, now: float) -> None:
        self.refreshed.append(now)


@pytest.mark.parametrize("name", ["contextual", "drifting", "pairs", "two variants"])
@pytest.mark.parametrize("late_variant", [False, True])
def test_who_knows_the_truth_captures_all_of_it(name: str, late_variant: bool) -> None:
    world = World(named(name), 3, 300, late_variant=late_variant and name != "two variants", bots=20)
    run = simulate(world, Knows(world))
    assert run.capture == pytest.approx(1)
    assert run.regret[-1] == pytest.approx(0)


def test_even_shares_capture_nothing_and_the_worst_choice_less() -> None:
    world = World(CONTEXTUAL, 3, 300)
    assert simulate(world, Same()).capture == pytest.approx(0, abs=1e-9)
    assert simulate(world, Knows(world, worst=True)).capture < -0.3


def test_all_players_meet_the_same_visitors() -> None:
    world = World(CONTEXTUAL, 3, 200)
    one, other = Same(0), Same(1)
    first, second = simulate(world, one), simulate(world, other, list(world.story()))
    assert [row[0] for row in one.learned] == [row[0] for row in other.learned]
    assert (first.best, first.even) == (second.best, second.even)


def test_a_page_is_told_of_once_when_its_window_has_closed_with_its_click_or_zero() -> None:
    world = World(named("frequent clicks"), 3, 300)
    player = Same()
    simulate(world, player, wait=True)
    told = {visit.at: reward for visit, _, _, reward in player.learned}
    closed = [(visit, fate) for visit, fate in world.story() if visit.at + WINDOW + GRACE <= player.times[-1]]
    assert told == {visit.at: float(fate.clicks(0)) for visit, fate in closed}
    assert len(player.learned) == len(told)
    assert 0 < sum(told.values()) < len(told)


def test_nobody_is_told_of_a_page_before_its_window_closes() -> None:
    class Watches(Same):
        def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
            super().learn(visit, shown, odds, reward)
            now.append((visit.at, self.times[-1]))

    now: list[tuple[float, float]] = []
    world = World(named("busy"), 3, 2000)
    moments = [visit.at for visit, _ in world.story()]
    simulate(world, Watches(), wait=True)
    for at, last in now:
        met = moments[moments.index(last) + 1]  # the visit that is coming in
        assert met >= at + WINDOW + GRACE


def test_without_waiting_a_page_is_told_of_before_the_next_visit() -> None:
    world = World(CONTEXTUAL, 3, 50)
    player = Same()
    simulate(world, player)
    assert [visit.at for visit, *_ in player.learned] == player.times[:-1]


def test_the_probability_that_is_told_is_the_one_of_the_variant_that_was_shown() -> None:
    world = World(CONTEXTUAL, 3, 50)
    player = Same()
    simulate(world, player)
    assert {(shown, odds) for _, shown, odds, _ in player.learned} == {("a", 1 / 6)}


def test_what_was_learned_is_taken_into_use_once_per_interval() -> None:
    world = World(CONTEXTUAL, 3, 300)
    player = Same()
    simulate(world, player, refresh=86_400)
    gaps = [later - earlier for earlier, later in pairwise(player.refreshed)]
    assert min(gaps) >= 86_400
    assert len(player.refreshed) == pytest.approx(14, abs=2)


def test_bots_are_learned_from_but_what_they_are_shown_is_worth_nothing() -> None:
    calm, attacked = World(CONTEXTUAL, 3, 300), World(CONTEXTUAL, 3, 300, bots=50)
    player = Same()
    assert simulate(attacked, player).best == pytest.approx(simulate(calm, Same()).best)
    assert sum(reward for visit, _, _, reward in player.learned if visit.bot) == 50


def test_the_share_of_a_late_variant_before_its_first_closed_window_is_kept() -> None:
    class Eager(Same):
        def show(self, visit: Visit, variants: tuple[str, ...]) -> Shown:
            self.times.append(visit.at)
            return Shown(variants[-1], (0.0,) * (len(variants) - 1) + (1.0,))

    world = World(CONTEXTUAL, 3, 300, late_variant=True)
    assert simulate(world, Same()).newest == pytest.approx(1 / 6)
    assert simulate(world, Eager()).newest == 1


def test_a_run_has_a_hundred_points_of_regret_and_a_capture_for_each_quarter() -> None:
    world = World(CONTEXTUAL, 3, 400, bots=20)
    run = simulate(world, Same())
    assert len(run.regret) == 100
    assert run.regret == sorted(run.regret)
    assert run.quarters == pytest.approx([0, 0, 0, 0], abs=1e-9)
    assert run.least == pytest.approx(1 / 6)


def test_progress_is_told_by_the_hundred() -> None:
    told: list[int] = []
    simulate(World(CONTEXTUAL, 3, 350), Same(), progress=told.append)
    assert told == [100, 100, 100]
