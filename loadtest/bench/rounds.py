"""The arithmetic: samples of several rounds, ratios within each round, and gates on their medians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Sample:
    """One target in one round: CPU in µs for a request; throughput and latencies for orientation."""

    cpu: float
    per_second: float
    p50: float  # milliseconds
    p99: float

    @classmethod
    def of(cls, cpu_seconds: float, load: Load, connections: int) -> Sample:
        """Requests that were under way when the load ended count as half done."""
        done = load.requests + connections / 2
        return cls(cpu_seconds / done * 1e6, load.requests / load.seconds, load.p50, load.p99)


@dataclass(frozen=True, slots=True)
class Load:
    """What the load generator counted; latencies in milliseconds."""

    requests: int
    seconds: float
    bytes: int
    errors: int
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as much CPU: the median over rounds, and the least and the most of any round."""

    median: float
    least: float
    most: float


Round = Mapping[str, Sample]
"""Target -> what it cost in this round."""


def paired(rounds: Sequence[Round], target: str, reference: str) -> Ratio | None:
    """The ratio of two targets, taken within each round; None when one of them was not measured."""
    ratios = [each[target].cpu / each[reference].cpu for each in rounds if target in each and reference in each]
    return Ratio(median(ratios), min(ratios), max(ratios)) if ratios else None


def middle(rounds: Sequence[Round], target: str) -> Sample:
    """The median of each figure over all rounds."""
    samples = [each[target] for each in rounds]
    return Sample(
        median(each.cpu for each in samples),
        median(each.per_second for each in samples),
        median(each.p50 for each in samples),
        median(each.p99 for each in samples),
    )


@dataclass(frozen=True, slots=True)
class Gate:
    """A promise, in words: `target` costs at most `limit` times what `reference` does."""

    target: str
    reference: str
    limit: float
    promise: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a promise; `ratio` is None when one of the two was not measured."""

    gate: Gate
    ratio: Ratio | None

    @property
    def held(self) -> bool | None:
        """Whether it was held; None when nobody knows."""
        return None if self.ratio is None else self.ratio.median <= self.gate.limit


def judge(rounds: Sequence[Round], gates: Sequence[Gate]) -> list[Verdict]:
    """Hold each gate against the rounds."""
    return [Verdict(gate, paired(rounds, gate.target, gate.reference)) for gate in gates]
