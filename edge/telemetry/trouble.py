"""Says that something failed: counted by rung, logged with a reference that the visitor's error page carries."""

from __future__ import annotations

import logging
import secrets

from edge.fallback import FALLBACKS, Failure, Rung
from edge.telemetry.metrics import Metrics
from edge.web.asgi import Scope

_log = logging.getLogger("windsock")


class Trouble:
    """The one way to report a failure on the request path."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def report(self, failure: Failure, scope: Scope, evidence: str, error: BaseException | None = None) -> str:
        """Count and log it; returns the reference. Never the query, an address or a field of the visitor."""
        row = FALLBACKS[failure]
        self._metrics.fell(failure.value, row.rung)
        reference = secrets.token_hex(6)
        level = logging.ERROR if row.rung is Rung.ERROR else logging.WARNING
        _log.log(
            level,
            "the visitor gets %s",
            row.visitor,
            extra={
                "failure": failure.value,
                "reference": reference,
                "method": scope.get("method", "GET"),  # a WebSocket has none
                "path": scope["path"][:200],
                "evidence": evidence[:300],
            },
            exc_info=error,
        )
        return reference

    def again(self, failure: Failure) -> None:
        """Count it once more, where the log has said it already."""
        self._metrics.fell(failure.value, FALLBACKS[failure].rung)
