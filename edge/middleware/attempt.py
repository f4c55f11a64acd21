"""Asking for another path first: when it does not answer well, the visitor never hears of it."""

from __future__ import annotations

from http import HTTPStatus

from edge.web.asgi import Message, Receive, Send


class Attempt:
    """Passes an answer on unless it is a failure; `failed` holds that answer's status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.failed: int | None = None

    async def send(self, message: Message) -> None:
        """Take one message of the app behind us."""
        if message["type"] == "http.response.start" and _failure(message["status"]):
            self.failed = message["status"]
        if self.failed is None:
            await self._send(message)


def _failure(status: int) -> bool:
    return status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE) or status >= HTTPStatus.INTERNAL_SERVER_ERROR


class EmptyFirst:
    """A `receive` that can be read by two apps in turn: each gets the empty body once, then what really comes."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._asked = False

    async def __call__(self) -> Message:
        """The next message of a request without a body."""
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await self._receive())["type"] == "http.request":
            pass
        return message
