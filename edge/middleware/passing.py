"""An answer that nothing is done to: it goes on as it comes, with the two fields that every answer of ours has."""

from __future__ import annotations

from typing import Final

from edge.middleware.timing import Stopwatch
from edge.telemetry.metrics import Metrics
from edge.web.asgi import Message, Send
from edge.web.fields import every
from edge.web.request import Headers

_NAME: Final = b"cache-status"
_MEMBER: Final = b"windsock; fwd=bypass"
_ALONE: Final = (_NAME, _MEMBER)


class Passing:
    """Passes one answer on, and counts it."""

    __slots__ = ("_metrics", "_send", "_watch")

    def __init__(self, send: Send, metrics: Metrics, watch: Stopwatch) -> None:
        self._send, self._metrics, self._watch = send, metrics, watch

    async def send(self, message: Message) -> None:
        """Take one message of the app behind us."""
        if message["type"] == "http.response.start":
            self._watch.origin_has_answered()
            self._metrics.answered(message["status"], self._watch.total())
            headers = [*with_cache_status(message.get("headers", ())), self._watch.field()]
            message = {**message, "headers": headers}
        await self._send(message)


def with_cache_status(headers: Headers) -> list[tuple[bytes, bytes]]:
    """The fields with our member of Cache-Status behind those of the caches nearer to the origin (RFC 9211 §2)."""
    nearer = every(headers, _NAME)
    if not nearer:
        return [*headers, _ALONE]
    return [*[pair for pair in headers if pair[0] != _NAME], (_NAME, b", ".join([*nearer, _MEMBER]))]
