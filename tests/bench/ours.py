"""Our policies, through the code that serves and learns: learned by River's kind of policy, written as a snapshot,
read back, turned into a distribution, dealt out in whole counts of the buckets, drawn by the rank of a bucket.
"""

from __future__ import annotations

from typing import Any, Final

from edge.learning.guard import Guard
from loadtest.simulate import Shown
from loadtest.worlds.crowd import Visit
from online_models.distribution import distribution
from online_models.policies import make
from online_models.snapshot import Model, Snapshot, read, write
from rules.draw import counts, pick, seats
from rules.values import BUCKETS

HALF_LIFE: Final = 14 * 86_400.0
YOUNG: Final = 200
_KEY: Final = "model"


class Ours:
    """One policy, with the guard before it and a snapshot between learning and showing."""

    def __init__(self, policy: str, variants: tuple[str, ...], signals: tuple[str, ...]) -> None:
        self._name, self._signals = policy, signals
        self._variants = variants
        self._policy: Any = make(policy, variants, signals, HALF_LIFE, {})
        self._guard = Guard()
        self._evidence: dict[str, tuple[float, float]] = {}
        self._rank = seats(_KEY, 0, BUCKETS).rank
        self._model: Model | None = None
        self._snapshots = 0
        self._learned = False

    def show(self, visit: Visit, variants: tuple[str, ...]) -> Shown:
        """Draw by the visitor's bucket."""
        shares = distribution(self._model, self._name, visit.cell, variants)
        counted = counts(tuple(zip(variants, shares, strict=True)), BUCKETS)
        return Shown(pick(counted, self._rank[visit.bucket]), tuple(count / BUCKETS for _, count in counted))

    def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
        """Count it, and learn it if it is plausible."""
        exposures, rewards = self._evidence.get(shown, (0.0, 0.0))
        self._evidence[shown] = exposures + 1, rewards + reward
        if self._guard.passes(visit.cell, shown, reward, visit.at):
            self._policy.learn(visit.cell, shown, reward, visit.at, odds)
            self._learned = True

    def refresh(self, now: float) -> None:
        """Publish a snapshot and take it into use, if there is something new."""
        if not self._learned:
            return
        self._learned, self._snapshots = False, self._snapshots + 1
        young = frozenset(each for each in self._variants if self._evidence.get(each, (0.0, 0.0))[0] < YOUNG)
        model = Model(
            policy=self._name,
            arms=tuple(each for each in self._variants if each in self._evidence),
            numbers=self._policy.numbers(),
            signals=self._signals,
            evidence=self._evidence,
            young=young,
        )
        written = write(Snapshot(number=self._snapshots, made=now, upto=self._snapshots, models={_KEY: model}))
        self._model = read(written).models[_KEY]
