"""The current edition: swapped whole by one assignment, read without a lock."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from edge.clock import Clock
from edge.edition import Edition
from rules.compile import compile as compile_rules

_log = logging.getLogger("windsock")

Document = Mapping[str, Any]
"""A validated rules folder as plain JSON, made by `rules.load`; `off` may name what is switched off."""


class Current:
    """Holds the edition that serves. A document that cannot be taken leaves the last one in place.

    Documents may come from several threads. However long each takes to compile, the one that came last stays.
    """

    def __init__(self, clock: Clock, taken: Callable[[float], None] = lambda at: None) -> None:  # noqa: ARG005
        self.current: Edition | None = None
        self._clock, self._taken = clock, taken
        self._arrivals, self._arrived = itertools.count(1), 0
        self._swap = threading.Lock()

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
                before, self._arrived, self.current = self.current, arrived, edition
                self._say(edition, before)
        return True

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
