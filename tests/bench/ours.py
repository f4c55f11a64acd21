"""Our policies, through the code that serves and learns: the guard, the policy, the numbers in a snapshot that is
written and read, the hold on large moves, the distribution of a cell in whole counts of the buckets, and the rank of a
bucket that draws from them.
"""

from __future__ import annotations

from typing import Final

from edge.decisions.learned import dealt
from edge.learning.course import Course
from edge.learning.hold import Hold
from edge.learning.learned import Learned
from loadtest.simulate import WINDOW, Shown
from loadtest.worlds.crowd import Visit
from online_models.snapshot import Model, Snapshot, read, write
from rules.draw import pick, seats
from rules.values import BUCKETS

HALF_LIFE: Final = 14 * 86_400.0
BLIND: Final = frozenset(("everyone", "even"))
"""Policies that look at no signal."""


class Ours:
    """One policy, with the guard before it and a snapshot between learning and showing."""

    def __init__(self, policy: str, variants: tuple[str, ...], signals: tuple[str, ...]) -> None:
        self._seen = () if policy in BLIND else signals
        self._key = f"page/{policy}/{','.join(self._seen)}"
        self._policy, self._variants = policy, variants
        course = Course(self._key, "page", policy, self._seen, variants, HALF_LIFE, {}, WINDOW, "click a")
        self._learned, self._hold = Learned(course), Hold()
        self._rank = seats("page", 0, BUCKETS).rank
        self._model: Model | None = None
        self._published = 0

    def show(self, visit: Visit, variants: tuple[str, ...]) -> Shown:
        """Draw by the visitor's bucket."""
        self._variants = variants
        odds = dealt(self._model, self._policy, self._cell(visit), variants, BUCKETS)
        return Shown(pick(odds.counted, self._rank[visit.bucket]), tuple(odds.distribution.values()))

    def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
        """Learn it if it is plausible."""
        self._learned.learn(self._cell(visit), shown, reward, visit.at, odds)

    def refresh(self, now: float) -> None:
        """Publish a snapshot and take it into use, if there is something new."""
        if self._learned.rows == self._published:
            return
        self._published = self._learned.rows
        self._learned.offer(self._variants)
        model = self._hold.judge(self._key, self._model, self._learned.model(), self._learned.traffic, now)
        snapshot = Snapshot(self._published, made=now, upto=self._published, models={self._key: model})
        self._model = read(write(snapshot)).models[self._key]

    def _cell(self, visit: Visit) -> tuple[str, ...]:
        return visit.cell if self._seen else ()
