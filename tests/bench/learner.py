"""How many exposures a second the learner learns: read from the log, joined with their rewards, learned, and kept.

`python -m tests.bench.learner`. CPU time of this process; exits with 1 when the goal is missed.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from edge.events.log import Exposure, Log
from edge.learning.learner import Learner
from tests.edge.learning.lesson import HERO, NOW, OVER, clicked, put, rules, shown

GATE: Final = 10_000
"""Rows a second."""
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


def main() -> int:
    """Measure, print, and judge."""
    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as folder, Log(Path(folder) / "windsock.db") as log:
        rows = [_row(number, rng) for number in range(ROWS)]
        put(log, rows, [clicked(row.decision, row.at + 5) for row in rows if rng.random() < 0.03])
        learner = Learner(log, bytes)
        learner.take(rules(Path(folder) / "rules", _RULES), NOW)
        start, now = time.process_time(), NOW + ROWS / 1000 + OVER
        while learner.step(now + time.process_time() - start):
            pass
        speed = ROWS / (time.process_time() - start)
        learned = learner.room.pupils[_KEY].learned
    if learned.rows + learned.guard.dropped != ROWS:
        print(f"only {learned.rows} of {ROWS} rows were learned")
        return 1
    print(f"learner: {speed:,.0f} rows a second, 6 variants, 4 signals (gate: {GATE:,})")
    return int(speed < GATE)


if __name__ == "__main__":
    sys.exit(main())
