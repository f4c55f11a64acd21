"""What a learned decision costs: its distribution cold and warm, and a snapshot that is swapped in; with gates.

    python -m tests.bench.learned [--json]

Times are of this process's CPU, the best of some rounds: whatever else the machine does can only add to them. The model
is as large as they get: six variants, eight signals of ten values. Exit code 1 where a gate does not hold.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Final

from edge.decisions.learned import lesson, odds
from edge.edition import Edition
from online_models.policies import make
from online_models.snapshot import Model, Snapshot, read, seal, write
from rules.signals import Signals
from rules.values import Entry, RuleSet
from tests.bench.rules import Figure, printed

ROUNDS: Final = 7
ARMS: Final = tuple("abcdef")
ASKED: Final = ("country", "daypart", "device", "weather", "source", "weekday", "os", "language")
ENTRY: Final = Entry(None, "learn", tuple((arm, 1.0) for arm in ARMS), ASKED, "visitor")
KEY: Final = ENTRY.model("hero")
ROWS: Final = 5000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where a gate does not hold."""
    return printed(measure, "learned decisions", arguments)


def measure() -> tuple[Figure, ...]:
    """All figures."""
    known = read(write(seal(Snapshot(number=1, models={KEY: _model()}))))
    edition = Edition(RuleSet((), UTC, ""), snapshot=known)
    visitors = [_visitor(random.Random(seed)) for seed in range(500)]

    def decide(at: int) -> None:
        odds(lesson("hero", ENTRY, visitors[at % len(visitors)], edition), ENTRY.shares, 4096, edition)

    def cold(at: int) -> None:
        edition.remembered.clear()
        decide(at)

    for at in range(len(visitors)):
        decide(at)
    swap = _micros(lambda _: replace(edition, snapshot=known), 200)
    return (
        Figure("the distribution of a cell that is remembered", _micros(decide, 5000), "µs", 5),
        Figure("… and of one that is not, with 6 variants and 8 signals", _micros(cold, 500), "µs", 150),
        Figure("another snapshot is swapped in", swap, "µs", 100),
    )


def _model() -> Model:
    """A model that has met all values of all signals."""
    chance = random.Random(1)
    learned = make("visitor", ARMS, ASKED)
    for row in range(ROWS):
        cell = tuple(map(str, _visitor(chance).values()))
        arm = ARMS[row % len(ARMS)]
        learned.learn(cell, arm, float(chance.random() < 0.03), float(row), 1 / len(ARMS))
    return Model("visitor", ARMS, learned.numbers(), ASKED)


def _visitor(chance: random.Random) -> Signals:
    return {name: f"{name}-{chance.randrange(10)}" for name in ASKED}


def _micros(once: Callable[[int], object], times: int) -> float:
    return min(_round(once, times) for _ in range(ROUNDS))


def _round(once: Callable[[int], object], times: int) -> float:
    started = time.process_time()
    for at in range(times):
        once(at)
    return (time.process_time() - started) / times * 1e6


if __name__ == "__main__":
    sys.exit(main())
