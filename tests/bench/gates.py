"""What is promised of learning, and whether it is kept; only promises whose players have played are judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any, Final

from loadtest.simulate import Run

RIVERS: Final = ("river thompson", "river ucb", "river linucb")
WABBITS: Final = ("vw squarecb", "vw squarecb -q")
_BUCKET: Final = 1 / 4096
"""What rounding to whole buckets may add to a share."""


@dataclass(frozen=True, slots=True)
class Result:
    """A player in a scene, over the seeds."""

    scene: str
    player: str
    runs: Mapping[int, Run]  # seed -> run

    @property
    def captures(self) -> list[float]:
        """One for each seed, in their order."""
        return [self.runs[seed].capture for seed in sorted(self.runs)]

    @property
    def mean(self) -> float:
        """The mean capture."""
        return fmean(self.captures)

    @property
    def spread(self) -> float:
        """The standard deviation of the captures."""
        return stdev(self.captures) if len(self.runs) > 1 else 0.0

    @property
    def quarters(self) -> list[float]:
        """The mean capture of each quarter of the visits."""
        return [fmean(each) for each in zip(*(run.quarters for run in self.runs.values()), strict=True)]

    @property
    def regret(self) -> list[float]:
        """The mean regret after each hundredth of the visits."""
        return [fmean(each) for each in zip(*(run.regret for run in self.runs.values()), strict=True)]

    @property
    def least(self) -> float:
        """The smallest share that any variant ever had."""
        return min(run.least for run in self.runs.values())

    @property
    def newest(self) -> float:
        """The largest share of a variant of which no window had closed."""
        return max(run.newest for run in self.runs.values())

    def plain(self) -> dict[str, Any]:
        """It as JSON."""
        names = ("scene", "player", "mean", "spread", "captures", "quarters", "regret", "least", "newest")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Gate:
    """A promise with a number."""

    promise: str
    value: float
    bound: str
    holds: bool


def gates(results: Iterable[Result]) -> Iterator[Gate]:
    """The promises that these results say something of."""
    by = {(each.scene, each.player): each for each in results}
    ours = by.get(("contextual", "visitor"))
    if ours:
        yield from _against(by, ours, WABBITS, 0.12)
        yield from _against(by, ours, RIVERS, 0.0)
    yield from _free(by)
    yield from _bots(by)
    yield from _late(by)
    yield from _joins(by)


Found = Mapping[tuple[str, str], Result]


def _against(by: Found, ours: Result, others: tuple[str, ...], margin: float) -> Iterator[Gate]:
    for other in others:
        theirs = by.get((ours.scene, other))
        if theirs:
            ahead = ours.mean - theirs.mean
            yield Gate(f"visitor is ahead of {other} where context matters", ahead, f"≥ {margin:g}", ahead >= margin)


def _free(by: Found) -> Iterator[Gate]:
    ours, plain = by.get(("context-free", "visitor")), by.get(("context-free", "beta-thompson"))
    if ours and plain:
        behind = plain.mean - ours.mean
        yield Gate("visitor is behind plain Thompson where context does not matter", behind, "≤ 0.12", behind <= 0.12)


def _bots(by: Found) -> Iterator[Gate]:
    ours, attacked = by.get(("contextual", "visitor")), by.get(("contextual, with bots", "visitor"))
    if ours and attacked:
        cost = 1 - attacked.mean / ours.mean
        yield Gate("a burst of bots costs visitor this part of its capture", cost, "≤ 0.05", cost <= 0.05)


def _late(by: Found) -> Iterator[Gate]:
    ours, late = by.get(("busy", "visitor")), by.get(("busy, clicks late", "visitor"))
    if ours and late:
        stays = late.mean / ours.mean
        yield Gate("with late clicks visitor keeps this part of its capture", stays, "≥ 0.7", stays >= 0.7)


def _joins(by: Found) -> Iterator[Gate]:
    for (scene, player), each in by.items():
        if scene.endswith("a variant joins") and player in ("visitor", "everyone"):
            most, what = 1 / 3, f"largest share of a variant that joined, before its first window closed ({player})"
            yield Gate(what, each.newest, "≤ 0.333", each.newest <= most + _BUCKET)
