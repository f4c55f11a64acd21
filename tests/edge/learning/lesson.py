"""An event log with visits in it, and a learner that reads it: time is an argument, the file is a real one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from edge.events.log import Exposure, Log, Outcome
from edge.events.pen import insert
from edge.learning.learner import Learner
from online_models.snapshot import Snapshot, read
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import RuleSet

HERO: Final = """
experience: hero
purpose: content
where: /
slot: h1
holdout: 10%
variants: {a: original, b: {text: B}, c: {text: C}}
choose:
  - learn: [a, b, c]
    from: [device]
goal: click "h1 a"
not_worse: [bounce, lcp]
reward_window: 1m
"""
KEY: Final = "hero/visitor/device"
GOAL: Final = 'click "h1 a"'
NOW: Final = 1_800_000_000.0
WINDOW: Final = 60.0
OVER: Final = WINDOW + 10.001
"""Seconds after an exposure when nothing more can follow."""


def rules(folder: Path, *files: str) -> RuleSet:
    """These files as rules, read as the edge reads them."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.yaml"):
        old.unlink()
    for number, file in enumerate(files or (HERO,)):
        (folder / f"{number}.yaml").write_text(file)
    loaded = load(folder)
    assert loaded.document is not None, loaded.problems
    return compile_rules(loaded.document)


def shown(decision: str, variant: str = "b", at: float = NOW, **other: Any) -> Exposure:
    """A page that was seen."""
    values: dict[str, Any] = {
        "decision": decision, "experience": "hero", "variant": variant, "side": "personal", "reason": "learned",
        "rule": 1, "model": KEY, "cell": ("mobile",), "snapshot": "", "p": 1 / 3, "window": WINDOW, "issued": int(at),
        "at": at,
    }  # fmt: skip
    return Exposure(**values | other)


def clicked(decision: str, at: float = NOW + 1, value: float = 1.0, goal: str = GOAL) -> Outcome:
    """Its goal was reached."""
    return Outcome(decision, "reward", goal, value, at)


def measure(decision: str, name: str, value: float, at: float = NOW + 1) -> Outcome:
    """Something was measured on it."""
    return Outcome(decision, "measure", name, value, at)


def put(log: Log, *rows: Sequence[Exposure] | Sequence[Outcome]) -> None:
    """Write rows as a worker does."""
    with log.transaction() as connection:
        for each in rows:
            insert(each, connection)


def visits(
    log: Log, n: int, rates: dict[str, float], at: float = NOW, seed: int = 1, name: str = "v", **other: Any
) -> None:
    """So many visits within a minute, whose variants succeed at these rates."""
    rng = random.Random(seed)
    exposures, outcomes = [], []
    for number in range(n):
        variant, when = rng.choice(list(rates)), at + number * 60 / n
        cell = (rng.choice(["mobile", "desktop"]),)
        exposures.append(shown(f"{name}{number}", variant, when, **{"cell": cell} | other))
        if rng.random() < rates[variant]:
            outcomes.append(clicked(f"{name}{number}", when + rng.random() * 50))
    put(log, exposures, outcomes)


class Lesson:
    """A learner on a log, and what it has published."""

    def __init__(self, log: Log, ruleset: RuleSet, now: float = NOW) -> None:
        self.published: list[Snapshot] = []
        self.learner = Learner(log, self._publish)
        self.learner.take(ruleset, now)

    def _publish(self, body: bytes) -> None:
        self.published.append(read(body))

    def until(self, now: float) -> Snapshot:
        """Learn all that is closed by then; the snapshot that serves."""
        while self.learner.step(now):
            pass
        self.learner.step(now + 2)
        assert self.learner.snapshot is not None
        return self.learner.snapshot


log_of = partial(Log, durability="normal")
