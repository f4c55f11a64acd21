"""All players of the comparison, by the names that the tables give them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from loadtest.simulate import Player
from loadtest.worlds.world import World
from tests.bench import others
from tests.bench.ours import Ours


def _ours(policy: str, world: World, seed: int) -> Player:
    return Ours(policy, world.open(0.0), world.signals)


def _other(kind: Callable[[int], Player], world: World, seed: int) -> Player:
    return kind(seed)


def _wabbit(options: str, world: World, seed: int) -> Player:
    return others.VowpalWabbit(options, seed)


PLAYERS: Final[Mapping[str, Callable[[World, int], Player]]] = {
    **{policy: partial(_ours, policy) for policy in ("visitor", "cautious", "everyone", "greedy", "gap", "even")},
    "vw squarecb": partial(_wabbit, others.VW_DEFAULT),
    "vw squarecb -q": partial(_wabbit, others.VW_CROSSED),
    "vw squarecb tuned": partial(_wabbit, others.VW_TUNED),
    "river linucb": partial(_other, others.lin_ucb),
    "river thompson": partial(_other, others.thompson),
    "river ucb": partial(_other, others.ucb),
    "beta-thompson": partial(_other, others.Thompson),
}


def make(name: str, world: World, seed: int) -> Player:
    """The player of this name, new to a world."""
    return PLAYERS[name](world, seed)
