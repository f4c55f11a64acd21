"""What an exposure costs the learner, from the log to the state that is kept: 100 µs are 10,000 rows a second.

    python -m tests.bench.learner [--json]

Six variants, four signals of six values, three rewards in a hundred. Times are of this process's CPU. Exit code 1 where
the gate does not hold.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from edge.events.log import Exposure, Log
from edge.learning.learner import Learner
from tests.bench.rules import Figure, printed
from tests.edge.learning.lesson import HERO, NOW, OVER, clicked, put, rules, shown

ROWS: Final = 40_000
_SIGNALS: Final = ("device", "daypart", "country", "weather")
_VALUES: Final = 6
_VARIANTS: Final = "abcdef"
_KEY: Final = f"hero/visitor/{','.join(_SIGNALS)}"
_RULES: Final = (
    HERO.replace("c: {text: C}", ", ".join(f"{name}: {{text: {name.upper()}}}" for name in _VARIANTS[2:]))
    .replace("[a, b, c]", f"[{', '.join(_VARIANTS)}]")
    .replace("[device]", f"[{', '.join(_SIGNALS)}]")
    .replace("not_worse: [bounce, lcp]\n", "")
)


def _row(number: int, rng: random.Random) -> Exposure:
    cell = tuple(str(rng.randrange(_VALUES)) for _ in _SIGNALS)
    return shown(str(number), rng.choice(_VARIANTS), NOW + number / 1000, cell=cell, model=_KEY)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where the gate does not hold."""
    return printed(measure, "the learner", arguments)


def measure() -> tuple[Figure, ...]:
    """All figures."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder, Log(Path(folder) / "windsock.db") as log:
        rows = [_row(number, rng) for number in range(ROWS)]
        put(log, rows, [clicked(row.decision, row.at + 5) for row in rows if rng.random() < 0.03])
        learner = Learner(log, bytes)
        learner.take(rules(Path(folder) / "rules", _RULES), NOW)
        start, now = time.process_time(), NOW + ROWS / 1000 + OVER
        while learner.step(now + time.process_time() - start):
            pass
        cost = (time.process_time() - start) / ROWS * 1e6
        learned = learner.room.pupils[_KEY].learned
    assert learned.rows + learned.guard.dropped == ROWS, f"only {learned.rows} of {ROWS} rows were learned"
    what = f"an exposure is read, joined, learned and kept ({1e6 / cost:,.0f} a second)"
    return (Figure(what, cost, "µs", 100),)


if __name__ == "__main__":
    sys.exit(main())
