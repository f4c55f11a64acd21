"""The current edition: swapped whole by one assignment, read without a lock.

Rules and what was learned come by different ways, and each leaves the other in place. Numbers that are too old are not
used: a learner that has died must not freeze shares which were meant for a moment. A guardrail that was breached holds
all the same.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from edge.clock import Clock
from edge.edition import Edition
from online_models.snapshot import Snapshot
from rules.compile import compile as compile_rules

_log = logging.getLogger("windsock")

Document = Mapping[str, Any]
"""A validated rules folder as plain JSON, made by `rules.load`; `off` may name what is switched off."""

OLD: Final = 600.0
"""Seconds after which the log says that a snapshot is old."""

STALE: Final = 86_400.0
"""Seconds after which a snapshot is used no more: all shares are even, and still logged."""


def with_learned(edition: Edition, snapshot: Snapshot | None, now: float) -> Edition:
    """The same rules with what was learned; of a stale snapshot only the breaches hold."""
    if snapshot is None:
        return replace(edition, snapshot=None, breached={}, stale=False)
    stale = now - snapshot.made > STALE
    return replace(edition, snapshot=None if stale else snapshot, breached=snapshot.breached, stale=stale)


class Current:
    """Holds the edition that serves. A document that cannot be taken leaves the last one in place.

    Documents may come from several threads. However long each takes to compile, the one that came last stays.
    """

    def __init__(self, clock: Clock, taken: Callable[[float], None] = lambda at: None) -> None:  # noqa: ARG005
        self.current: Edition | None = None
        self._clock, self._taken = clock, taken
        self._arrivals, self._arrived = itertools.count(1), 0
        self._swap = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._old = False

    def take(self, document: Document, first: Callable[[], object] = lambda: None) -> bool:
        """Make this document the current edition, but for one that came later; False when it is no rules document.

        `first` is called when the document is known to be good, before it serves; what it raises keeps the last one.
        """
        arrived, now = next(self._arrivals), self._clock()
        try:
            edition = self._edition(document, now)
        except Exception:
            _log.exception("an edition could not be read; the last one keeps serving")
            return False
        first()
        with self._swap:
            if arrived > self._arrived:
                before, self._arrived, self.current = self.current, arrived, self._with_learned(edition)
                self._say(edition, before)
        return True

    def learn(self, snapshot: Snapshot | None) -> None:
        """Decide by this snapshot from now on, whatever rules serve; None: by even shares."""
        with self._swap:
            self._snapshot = snapshot
            if self.current is not None:
                self.current = self._with_learned(self.current)
        self.check_age()

    def check_age(self) -> None:
        """Say once when the snapshot is old, and give it up when it is stale. To be called every few seconds."""
        snapshot = self._snapshot
        age = 0.0 if snapshot is None else self._clock() - snapshot.made
        if (age > OLD) != self._old:
            self._old = age > OLD
            told = {"snapshot": snapshot.number, "made": snapshot.made} if snapshot else {}
            if self._old:
                _log.warning("no newer snapshot for ten minutes; is the learner alive?", extra=told)
            else:
                _log.info("snapshots come again", extra=told)
        with self._swap:
            edition = self.current
            if edition is not None and edition.stale != (age > STALE):
                self.current = self._with_learned(edition)

    def _with_learned(self, edition: Edition) -> Edition:
        return with_learned(edition, self._snapshot, self._clock())

    def _edition(self, document: Document, now: float) -> Edition:
        """What the document says; where only the switches differ, the rules are those that serve."""
        off, before = frozenset(map(str, document.get("off", ()))), self.current
        if before is not None and before.version == document["version"]:
            return replace(before, off=off)
        return Edition(compile_rules(document), published=now, off=off)

    def _say(self, edition: Edition, before: Edition | None) -> None:
        self._taken(edition.published)
        said = {"edition": edition.version, "experiences": len(edition.rules.experiences)}
        off = {"off": ",".join(sorted(edition.off))} if edition.off or (before and before.off) else {}
        _log.info("an edition serves", extra={**said, **off})
