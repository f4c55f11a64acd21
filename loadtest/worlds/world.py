"""A world: its visitors, what each would click, and the best that anybody could have chosen. All of it from one seed.

Two players who meet the same world meet the same visitors at the same moments, and each visit has one number that
decides for every variant whether it would be clicked on. So their results differ by what they chose alone. Bots, and a
variant that joins late, are added to a world without a change to the rest of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from math import cos, exp, pi, sin
from typing import Final

from loadtest.worlds.crowd import BEGIN, Cell, Crowd, Dice, Town, Visit, bots, seeded, visits
from loadtest.worlds.kind import Kind
from loadtest.worlds.taste import Taste

SOONEST: Final = 60.0
SLOWEST: Final = 3600.0
"""Seconds from a page to its click."""

_DAY: Final = 86_400.0
_SAMPLE: Final = 1_000
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Fate:
    """What is decided about a visit, and known to nobody who chooses."""

    chances: tuple[float, ...]  # of a click, for each variant of the world
    luck: float  # in [0, 1): variants with a larger chance are clicked on
    delay: float  # seconds from the page to the click

    def clicks(self, variant: int) -> bool:
        """Whether this variant would be clicked on."""
        return self.luck < self.chances[variant]


class World:
    """One world of a kind, to which so many visitors come.

    `late_variant`: the last variant joins when half of the time is over. `bots`: so many bots come besides, within a
    fiftieth of the time, after a quarter of it.
    """

    def __init__(
        self, kind: Kind, seed: int, count: int = 40_000, *, late_variant: bool = False, bots: int = 0
    ) -> None:
        self.kind, self.seed, self.count, self.bots = kind, seed, count, bots
        self.variants = tuple(_LETTERS[: kind.variants])
        self.joins = BEGIN + kind.days * _DAY / 2 if late_variant else BEGIN
        """When the last variant is there."""
        self._name = f"{kind.name} {seed}"
        self._crowd: Crowd = Dice(kind.sizes) if kind.sizes else Town(self._name)
        some = visits(self._crowd, _SAMPLE, kind.days, seeded(f"{self._name} sample"))
        sample = [visit.cell for visit in some]
        self._now, self._then = (Taste(kind, f"{self._name} {time}", sample) for time in ("now", "then"))
        self._odds: dict[Cell, tuple[tuple[float, ...], tuple[float, ...]]] = {}
        self._level = _level([odds for cell in sample for odds in self._now.odds(cell)], kind.rate)

    @property
    def signals(self) -> tuple[str, ...]:
        """The names of the signals, in the order of a cell."""
        return tuple(self._crowd.signals)

    def open(self, at: float) -> tuple[str, ...]:
        """The variants that there are at a moment."""
        return self.variants if at >= self.joins else self.variants[:-1]

    def chances(self, cell: Cell, at: float) -> tuple[float, ...]:
        """The chance of a click on each variant, there already or not."""
        if cell not in self._odds:
            self._odds[cell] = self._now.odds(cell), self._then.odds(cell)
        now, then = self._odds[cell]
        turn = self._turned(at)
        if not turn:
            return tuple(_share(self._level + odds) for odds in now)
        ahead, aside = cos(turn), sin(turn)
        return tuple(_share(self._level + ahead * one + aside * two) for one, two in zip(now, then, strict=True))

    def story(self) -> Iterator[tuple[Visit, Fate]]:
        """All visits in order of time, each with its fate."""
        chance = seeded(f"{self._name} fates")
        people = (
            (visit, Fate(self.chances(visit.cell, visit.at), chance.random(), chance.uniform(SOONEST, SLOWEST)))
            for visit in visits(self._crowd, self.count, self.kind.days, seeded(f"{self._name} visits"))
        )
        return merge(people, self._burst(), key=lambda met: met[0].at)

    def _burst(self) -> Iterator[tuple[Visit, Fate]]:
        chance, span = seeded(f"{self._name} bots"), self.kind.days * _DAY
        every = (1.0,) * len(self.variants)
        for visit in bots(self._crowd, self.bots, BEGIN + span / 4, 0.02 * span, chance):
            yield visit, Fate(every, 0.0, chance.uniform(1, 10))

    def _turned(self, at: float) -> float:
        """How far taste has turned towards another one: 0 not at all, π/2 is all the way."""
        days = (at - BEGIN) / _DAY
        swing = sin(pi * days / self.kind.season) ** 2 if self.kind.season else 0.0
        return pi / 2 * (swing + self.kind.drift * days / self.kind.days)


def _level(odds: Sequence[float], rate: float) -> float:
    """The log-odds that lift all of these to a mean chance of `rate`, halved down to where they are."""
    low, high = -20.0, 20.0
    for _ in range(40):
        level = (low + high) / 2
        clicked = sum(_share(level + each) for each in odds) / len(odds)
        low, high = (level, high) if clicked < rate else (low, level)
    return (low + high) / 2


def _share(odds: float) -> float:
    return 1 / (1 + exp(-odds))
