"""Says that something failed: counted by rung, logged with a reference that the visitor's error page carries.

A failure that comes with every request (an origin that loops, a variant whose page is gone) must not fill a disk: each
kind has a few lines at once and then one a second, and a line tells how many were left out before it. All are counted.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from time import monotonic
from typing import Final

from edge.fallback import FALLBACKS, Failure, Rung
from edge.telemetry.metrics import Metrics
from edge.web.asgi import Scope

_log = logging.getLogger("windsock")

ATTEMPT: Final = "windsock.attempt"
"""The extension of a scope whose answer is only tried: its `began` says whether the visitor has seen any of it."""

_AT_ONCE: Final = 10.0
_PER_SECOND: Final = 1.0


class _Lines:
    """The lines of one kind of failure: a bucket of tokens."""

    __slots__ = ("_tokens", "_when", "left_out", "reference")

    def __init__(self) -> None:
        self._tokens, self._when = _AT_ONCE, 0.0
        self.left_out, self.reference = 0, ""

    def one_more(self, now: float) -> bool:
        """Whether this one is written."""
        self._tokens = min(_AT_ONCE, self._tokens + (now - self._when) * _PER_SECOND)
        self._when = now
        if self._tokens < 1:
            self.left_out += 1
            return False
        self._tokens -= 1
        return True


class Trouble:
    """The one way to report a failure on the request path. `clock` gives seconds."""

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = monotonic) -> None:
        self._metrics, self._clock = metrics, clock
        self._lines = {failure: _Lines() for failure in Failure}

    def report(self, failure: Failure, scope: Scope, evidence: str, error: BaseException | None = None) -> str:
        """Count and perhaps log it. Never the query, an address or a field of the visitor.

        Returns the reference of its line; of the last one of its kind where it has none of its own.
        """
        row = FALLBACKS[failure]
        if _is_tried(scope):
            row = FALLBACKS[Failure.VARIANT_PATH]  # who has tried it tells how the request went on
            self._metrics.failed(failure.value)
        else:
            self._metrics.fell(failure.value, row.rung)
        lines = self._lines[failure]
        if not lines.one_more(self._clock()):
            return lines.reference
        lines.reference = secrets.token_hex(6)
        facts = {
            "failure": failure.value,
            "reference": lines.reference,
            "method": scope.get("method", "GET"),  # a WebSocket has none
            "path": scope["path"][:200],
            "evidence": evidence[:300],
            **({"left_out": lines.left_out} if lines.left_out else {}),
        }
        lines.left_out = 0
        level = logging.ERROR if row.rung is Rung.ERROR else logging.WARNING
        _log.log(level, "the visitor gets %s", row.visitor, extra=facts, exc_info=error)
        return lines.reference

    def again(self, failure: Failure) -> None:
        """Count it once more, where the log has said it already."""
        self._metrics.fell(failure.value, FALLBACKS[failure].rung)


def _is_tried(scope: Scope) -> bool:
    attempt = (scope.get("extensions") or {}).get(ATTEMPT)
    return attempt is not None and not attempt.began
