"""What the simulated visitors saw, added up."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from edge.demo.crowd import Sight
from edge.demo.finding import Learned

_LAST: Final = 100_000
"""How many decision times are kept: quantiles are of these last ones."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything that the demo tells at its end."""

    visits: int
    pages: int
    failed: int
    failures: Mapping[str, int]  # "PATH: WHAT" -> how often, the most frequent ones
    decisions: Mapping[str, Mapping[str, int]]  # experience -> variant -> how often
    cache_hits: int
    cache_asked: int
    fallbacks: Mapping[str, int] | None  # rung -> requests; None: the edge could not be asked
    decide_median_ms: float | None
    decide_p99_ms: float | None
    learned: Learned | None = None  # None: nothing was learned

    @property
    def hit_share(self) -> float:
        """The share of pages that came from the edge's cache, 0 to 1."""
        return self.cache_hits / self.cache_asked if self.cache_asked else 0.0


@dataclass(slots=True)
class Tally:
    """Counts sights as they come."""

    visits: int = 0
    pages: int = 0
    failed: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    cache_hits: int = 0
    cache_asked: int = 0
    decisions: dict[str, Counter[str]] = field(default_factory=dict)
    _decide_ms: deque[float] = field(default_factory=lambda: deque(maxlen=_LAST))

    def add(self, sight: Sight) -> None:
        """Count one sight."""
        self.visits += sight.first
        self.pages += 1
        if sight.failed:
            self.failed += 1
            self.failures[f"{sight.path}: {sight.failure}"] += 1
        self.cache_asked += sight.hit is not None
        self.cache_hits += sight.hit is True
        for one in sight.shown:
            self.decisions.setdefault(one.experience, Counter())[one.variant] += 1
        if sight.decide_ms is not None:
            self._decide_ms.append(sight.decide_ms)

    def summary(self, fallbacks: Mapping[str, int] | None) -> Summary:
        """Give what has been counted so far; experiences by name, variants by how often they were shown."""
        times = sorted(self._decide_ms)
        return Summary(
            visits=self.visits,
            pages=self.pages,
            failed=self.failed,
            failures=dict(self.failures.most_common(5)),
            decisions={name: dict(self.decisions[name].most_common()) for name in sorted(self.decisions)},
            cache_hits=self.cache_hits,
            cache_asked=self.cache_asked,
            fallbacks=fallbacks,
            decide_median_ms=quantile(times, 0.5),
            decide_p99_ms=quantile(times, 0.99),
        )


def quantile(ordered: Sequence[float], share: float) -> float | None:
    """Give the smallest value that at least `share` of the ordered values do not exceed; None without values."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None


def fallbacks(exposition: Iterable[str]) -> dict[str, int]:
    """Read `windsock_fallbacks_total{rung="…"}` from the lines of a metrics page: rung -> requests, zeros left out."""
    found: dict[str, int] = {}
    for line in exposition:
        name, _, value = line.rpartition(" ")
        if name.startswith("windsock_fallbacks_total{"):
            rung = name.partition('rung="')[2].partition('"')[0]
            found[rung] = found.get(rung, 0) + int(float(value))
    return {rung: count for rung, count in found.items() if count}
