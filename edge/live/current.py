"""The current edition: swapped whole by one assignment, read without a lock."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Mapping
from typing import Any

from edge.clock import Clock
from edge.edition import Edition
from rules.compile import compile as compile_rules

_log = logging.getLogger("windsock")

Document = Mapping[str, Any]
"""A validated rules folder as plain JSON, made by `rules.load`."""


class Current:
    """Holds the edition that serves. A document that cannot be taken leaves the last one in place."""

    def __init__(self, clock: Clock, taken: Callable[[float], None] = lambda at: None) -> None:  # noqa: ARG005
        self.current: Edition | None = None
        self._clock, self._taken = clock, taken

    def take(self, document: Document) -> bool:
        """Make this document the current edition; False when it is no rules document."""
        now = self._clock()
        try:
            edition = Edition(compile_rules(document), published=now)
        except Exception:
            _log.exception("an edition could not be read; the last one keeps serving")
            return False
        self.current = edition
        gc.collect()
        gc.freeze()  # a full collection over a big edition would stop every visitor of this process
        self._taken(now)
        _log.info(
            "an edition serves", extra={"edition": edition.version, "experiences": len(edition.rules.experiences)}
        )
        return True
