"""The visitor's side while one request is carried: what they upload, whether they are still there, whether they stall.

A visitor who leaves must end the origin's work, and only `receive` tells. Waiting for that from the start would cost
every request a task, so it begins after `_SOON`: most answers are complete by then, and one timer does for all who
came a moment ago (`Lobby`). Who is still here gets a timer of their own, which looks from time to time whether the
visitor has kept us waiting for too long, sending or reading. Both end the request by cancelling the task that carries
it; `gone` and `late` say which it was.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Final

import httpx

from edge.gateway.closing import Closing
from edge.web.asgi import Message, Receive, Send

_SOON: Final = 0.05  # seconds of the origin's work that a visitor who leaves may waste
_LOOKS: Final = 4  # how often in the time that a visitor may be silent


class Left(httpx.WriteError):
    """The visitor has gone in the middle of their upload."""


class TooLarge(httpx.WriteError):
    """The upload grew over what is taken."""


class Lobby:
    """Where visitors are until it is worth to watch them one by one."""

    def __init__(self) -> None:
        self._fresh: set[Visitor] = set()
        self._older: set[Visitor] = set()
        self._timer: asyncio.TimerHandle | None = None

    def enter(self, visitor: Visitor) -> None:
        """Its `look` is called in `_SOON` seconds at most, and not before half of them, unless it leaves."""
        self._fresh.add(visitor)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_SOON / 2, self._pass)

    def leave(self, visitor: Visitor) -> None:
        """The last one stops the timer."""
        self._fresh.discard(visitor)
        self._older.discard(visitor)
        if self._timer is not None and not self._fresh and not self._older:
            self._timer.cancel()
            self._timer = None

    def _pass(self) -> None:
        due, self._older, self._fresh = self._older, self._fresh, set()
        self._timer = asyncio.get_running_loop().call_later(_SOON / 2, self._pass) if self._older else None
        for visitor in due:
            visitor.look()


class Visitor(httpx.AsyncByteStream):
    """As a stream, the upload; `uploads` tells whether there is one, None when that is not known yet.

    `idle` are the seconds for which the visitor may neither send nor read, `most` the bytes of an upload.
    """

    gone = late = sent_away = began = False
    _closing: Closing | None = None  # set for an answer that may stand still for ever
    _peeked: Message | None = None
    _waiting_since = 0.0
    _listener: asyncio.Task[None] | None = None
    _timer: asyncio.TimerHandle | None = None

    def __init__(
        self, lobby: Lobby, receive: Receive, send: Send, *, uploads: bool | None, idle: float, most: int
    ) -> None:
        self.uploads = uploads
        self._lobby, self._receive, self._send = lobby, receive, send
        self._idle, self._left = idle, most
        self._uploading = uploads is not False
        self._task = asyncio.current_task()
        lobby.enter(self)

    def leave(self) -> None:
        """The request is over: watch no longer."""
        self._lobby.leave(self)
        if self._closing is not None:
            self._closing.left(self._send_away)
        if self._timer is not None:
            self._timer.cancel()
        if self._listener is not None:
            self._listener.cancel()

    def ended(self) -> bool:
        """Whether a cancellation that has just arrived came from here; then it is taken back."""
        if self._task is None or not (self.gone or self.late or self.sent_away):
            return False
        self._task.uncancel()
        return True

    def may_stay(self, closing: Closing) -> None:
        """The answer may stand still for ever, or until the worker ends."""
        self._closing = closing
        closing.stays(self._send_away)

    def _send_away(self) -> None:
        self.sent_away = True
        self._end()

    async def send(self, message: Message) -> None:
        """Send on; waits while the visitor does not read."""
        self.began = True
        self._waiting_since = monotonic()
        await self._send(message)
        self._waiting_since = 0.0

    async def look_for_upload(self) -> None:
        """Find out whether a body comes where no field tells (HTTP/2), from the first message."""
        self._peeked = message = await self._next()
        self.uploads = bool(message.get("body")) or message.get("more_body", False)
        if not self.uploads:
            self.uploaded()

    def uploaded(self) -> None:
        """The upload is over, whole or not. What is left of it is read and forgotten, so that our answer gets read."""
        if self._uploading:
            self._uploading = False
            self._waiting_since = 0.0
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
                self._lobby.enter(self)

    def __aiter__(self) -> Visitor:
        """The upload, once."""
        return self

    async def __anext__(self) -> bytes:
        """The next bytes of the upload; `Left` or `TooLarge`."""
        while self._uploading:
            message = self._peeked or await self._next()
            self._peeked = None
            body: bytes = message.get("body", b"")
            self._left -= len(body)
            if self._left < 0:
                raise TooLarge("the upload is too large")
            if not message.get("more_body", False):
                self.uploaded()
            if body:
                return body
        raise StopAsyncIteration

    async def _next(self) -> Message:
        self._waiting_since = monotonic()
        message = await self._receive()
        self._waiting_since = 0.0
        if message["type"] == "http.disconnect":
            self.gone = True
            raise Left("the visitor left while sending")
        return message

    def look(self) -> None:
        """See who is waiting for whom, and come back."""
        if self._listener is None and not self._uploading:
            self._listener = asyncio.ensure_future(self._listen())
        since = self._waiting_since
        left = since + self._idle - monotonic() if since else self._idle / _LOOKS
        if since and left <= 0 and self._closing is None:
            self.late = True
            self._end()
        else:
            self._timer = asyncio.get_running_loop().call_later(max(left, _SOON), self.look)

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self._end()

    def _end(self) -> None:
        if self._task is not None:
            self._task.cancel()
