"""Those whom the policies are compared with: Vowpal Wabbit, River's own bandits, plain Thompson sampling, even shares.

Each is used as its manual shows it, with what its users do about its holes: River's `ThompsonSampling` gets a Beta
distribution, its `LinUCBDisjoint` a feature 0 or 1 for each value of each signal, and all of them learn at once, while
ours waits for a snapshot. A bandit that returns no shares has shown its choice with certainty.
"""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any, Final

from river import bandit, proba
from vowpalwabbit import pyvw  # type: ignore[import-untyped]

from loadtest.simulate import Shown
from loadtest.worlds.crowd import Cell, Visit

VW_DEFAULT: Final = "--cb_explore_adf --squarecb"
VW_CROSSED: Final = "--cb_explore_adf --squarecb -q sa"
VW_TUNED: Final = "--cb_explore_adf --squarecb -q sa --power_t 0 -l 0.1 --l2 1e-5"

Variants = tuple[str, ...]


class Even:
    """Even shares, for ever."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)

    def show(self, visit: Visit, variants: Variants) -> Shown:
        """Any of them."""
        return Shown(self._chance.choice(variants), (1 / len(variants),) * len(variants))

    def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
        """Nothing."""

    def refresh(self, now: float) -> None:
        """Nothing is waiting."""


class Thompson(Even):
    """A Beta(1, 1) for each variant, and the largest of one draw from each."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._clicks: Counter[str] = Counter()
        self._misses: Counter[str] = Counter()

    def show(self, visit: Visit, variants: Variants) -> Shown:
        draws = {each: self._chance.betavariate(1 + self._clicks[each], 1 + self._misses[each]) for each in variants}
        return sure(max(draws, key=draws.__getitem__), variants)

    def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
        (self._clicks if reward else self._misses)[shown] += 1


class River:
    """A bandit of River that looks at no context."""

    def __init__(self, policy: bandit.base.Policy) -> None:
        self._policy = policy

    def show(self, visit: Visit, variants: Variants) -> Shown:
        return sure(str(self._policy.pull(list(variants))), variants)

    def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
        self._policy.update(shown, reward)  # type: ignore[no-untyped-call]

    def refresh(self, now: float) -> None:
        """Nothing is waiting."""


class RiverContext(River):
    """A bandit of River that looks at the context."""

    _policy: bandit.base.ContextualPolicy

    def show(self, visit: Visit, variants: Variants) -> Shown:
        return sure(str(self._policy.pull(list(variants), context=_columns(visit.cell))), variants)

    def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
        self._policy.update(shown, _columns(visit.cell), reward)  # type: ignore[no-untyped-call]


class VowpalWabbit:
    """Vowpal Wabbit with the options of its command line; signals are shared features, the variant is the action's."""

    def __init__(self, options: str, seed: int) -> None:
        self._vw: Any = pyvw.Workspace(f"{options} --quiet --random_seed {seed}")
        self._chance = Random(seed)

    def show(self, visit: Visit, variants: Variants) -> Shown:
        odds = self._vw.predict(_lines(visit.cell, variants))
        whole = sum(odds)
        shares = tuple(each / whole for each in odds)
        self._shown = variants
        return Shown(self._chance.choices(variants, shares)[0], shares)

    def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
        self._vw.learn(_lines(visit.cell, self._shown, shown, f"{-reward}:{odds}"))

    def refresh(self, now: float) -> None:
        """Nothing is waiting."""


def sure(variant: str, variants: Variants) -> Shown:
    """A choice that leaves nothing to chance."""
    return Shown(variant, tuple(float(each == variant) for each in variants))


def thompson(seed: int) -> River:
    return River(bandit.ThompsonSampling(reward_obj=proba.Beta(), seed=seed))


def ucb(seed: int) -> River:
    return River(bandit.UCB(delta=1, seed=seed))


def lin_ucb(seed: int) -> River:
    return RiverContext(bandit.LinUCBDisjoint(seed=seed))


def _columns(cell: Cell) -> dict[str, float]:
    return {f"{place}={value}": 1.0 for place, value in enumerate(cell)}


def _lines(cell: Cell, variants: Variants, shown: str = "", label: str = "") -> str:
    shared = " ".join(f"{place}={value}" for place, value in enumerate(cell))
    actions = (f"{f'{at}:{label} ' if each == shown else ''}|a variant={each}" for at, each in enumerate(variants))
    return "\n".join((f"shared |s {shared}", *actions))
