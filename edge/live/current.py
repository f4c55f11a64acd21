"""The current edition: swapped whole by one assignment, read without a lock."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from edge.clock import Clock
from edge.edition import Edition
from rules.compile import compile as compile_rules

_log = logging.getLogger("windsock")

Document = Mapping[str, Any]
"""A validated rules folder as plain JSON, made by `rules.load`."""


class Current:
    """Holds the edition that serves. A document that cannot be taken leaves the last one in place.

    Documents may come from several threads. However long each takes to compile, the one that came last stays.
    """

    def __init__(self, clock: Clock, taken: Callable[[float], None] = lambda at: None) -> None:  # noqa: ARG005
        self.current: Edition | None = None
        self._clock, self._taken = clock, taken
        self._arrivals, self._arrived = itertools.count(1), 0
        self._swap = threading.Lock()

    def take(self, document: Document) -> bool:
        """Make this document the current edition, but for one that came later; False when it is no rules document."""
        arrived, now = next(self._arrivals), self._clock()
        try:
            edition = Edition(compile_rules(document), published=now)
        except Exception:
            _log.exception("an edition could not be read; the last one keeps serving")
            return False
        with self._swap:
            if arrived > self._arrived:
                self._arrived, self.current = arrived, edition
                self._say(edition)
        return True

    def _say(self, edition: Edition) -> None:
        self._taken(edition.published)
        _log.info(
            "an edition serves", extra={"edition": edition.version, "experiences": len(edition.rules.experiences)}
        )
