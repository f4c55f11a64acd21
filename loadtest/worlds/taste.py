"""What visitors like: the log-odds of a click on each variant, from the signals of a visit.

A taste is a sum: what any visitor with these signals does, how good the variant is as such, and what each signal, or
each pair of signals, adds for this variant. Signals matter unequally, in an order that the seed decides. Every number
is drawn from a name of its own, so that no draw moves another.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from random import Random

from loadtest.worlds.crowd import Cell, seeded
from loadtest.worlds.kind import Kind


class Taste:
    """One taste of a crowd; `sample` holds cells of it.

    What signals add for a variant comes to nothing over the crowd, so that only the variant as such makes it better.
    """

    def __init__(self, kind: Kind, seed: str, sample: Sequence[Cell]) -> None:
        self._kind, self._seed = kind, seed
        signals = len(sample[0])
        order = seeded(f"{seed} order")
        self._single = _strengths(signals, kind.fading, order)
        self._pairs = list(combinations(range(signals), 2))
        self._paired = _strengths(len(self._pairs), kind.fading, order)
        self._known: dict[str, tuple[float, ...]] = {}
        self._main = (0.0,) * kind.variants
        added = [sum(each) / len(sample) for each in zip(*map(self.odds, sample), strict=True)]
        self._main = tuple(one - other for one, other in zip(self._drawn("main", kind.main), added, strict=True))

    def odds(self, cell: Cell) -> tuple[float, ...]:
        """The log-odds of a click on each variant, but for the level that the whole world shares."""
        kind, parts = self._kind, [self._main]
        for place, (value, strength) in enumerate(zip(cell, self._single, strict=True)):
            if kind.shared:
                parts.append(self._of(f"any {place} {value}", kind.shared * strength, alike=True))
            if kind.context:
                parts.append(self._of(f"{place} {value}", kind.context * strength))
        if kind.pairs:
            for (one, other), strength in zip(self._pairs, self._paired, strict=True):
                parts.append(self._of(f"{one} {cell[one]} {other} {cell[other]}", kind.pairs * strength))
        return tuple(map(sum, zip(*parts, strict=True)))

    def _of(self, name: str, strength: float, alike: bool = False) -> tuple[float, ...]:
        if name not in self._known:
            self._known[name] = self._drawn(name, strength, alike)
        return self._known[name]

    def _drawn(self, name: str, strength: float, alike: bool = False) -> tuple[float, ...]:
        chance, count = seeded(f"{self._seed} {name}"), self._kind.variants
        if name != "main" and chance.random() >= self._kind.sparse:
            return (0.0,) * count
        if alike:
            return (chance.gauss(0, strength),) * count
        return tuple(chance.gauss(0, strength) for _ in range(count))


def _strengths(count: int, fading: float, order: Random) -> list[float]:
    """How much each of them matters: squares sum to 1, each next is weaker by `fading`."""
    strengths = [fading**place for place in range(count)]
    order.shuffle(strengths)
    whole = sum(each * each for each in strengths) ** 0.5
    return [each / whole for each in strengths]
