"""One request and its answer on one connection: waits for the head, then streams the body.

The connection pushes bytes in, the caller pulls content out. Between the two lies at most `_MOST_HELD` bytes and one
read of the socket: beyond that the socket is not read, and TCP holds the origin back. An answer that came in whole
gives its connection back before anyone has read it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

import httpx

from edge.gateway.transport.connection import Connection
from edge.gateway.transport.framing import Refused
from edge.gateway.transport.head import Head
from edge.gateway.transport.question import Question
from edge.gateway.transport.reader import Reader

_MOST_HELD: Final = 262_144


class Stale(httpx.RemoteProtocolError):
    """A connection that had been idle was closed by the origin before the first byte of the answer."""


class Exchange(httpx.AsyncByteStream):
    """The body of the answer as a stream; `head` first.

    `first` and `between` are the limits in seconds for the head of the answer and between two reads of its body.
    Errors are those of httpx; a body that broke off raises after its last byte.
    """

    sent = False
    _held = 0
    _paused = False
    _waiting: asyncio.Future[None] | None = None
    _error: Exception | None = None

    def __init__(self, connection: Connection, asked: Question, first: float | None, between: float | None) -> None:
        self._connection = connection
        self._reader = Reader(asked.method, asked.framing.upgrade)
        self._first, self._between = first, between
        self._parts: deque[bytes] = deque()
        connection.begin(self, asked.head)

    # what the caller awaits

    async def head(self) -> Head:
        """The final head."""
        reader = self._reader
        while reader.head is None:
            if self._error is not None:
                raise self._error
            await self._news()
        return reader.head

    def __aiter__(self) -> Exchange:
        """The content, once."""
        return self

    async def __anext__(self) -> bytes:
        """The content of one read of the socket: never much at once, for whoever passes it on may hold several."""
        while not self._parts:
            if self._error is not None:
                raise self._error
            if self._reader.done:
                raise StopAsyncIteration
            between = None if _unending(self._reader.head) else self._between
            self._connection.deadline.set(between, self._late)
            await self._news()
        part = self._parts.popleft()
        self._held -= len(part)
        if self._paused and self._held <= _MOST_HELD // 2:
            self._read_on()
        return part

    async def aclose(self) -> None:
        """Give up what has not come in yet."""
        self.drop()

    def drop(self) -> None:
        """End the exchange here and now; an answer that is whole leaves its connection alone."""
        if not self._over():
            self.fail(httpx.ReadError("the answer was closed before its end"))
        self._parts.clear()

    # what the connection and the upload report

    def all_sent(self) -> None:
        """The request is sent to its last byte: the origin's time begins."""
        if self._over():
            return
        self.sent = True
        if self._reader.head is None:
            self._connection.deadline.set(self._first, self._late)

    def received(self, data: bytes) -> None:
        """Bytes from the origin."""
        reader = self._reader
        interim = reader.interim
        try:
            content = reader.feed(data)
        except Refused as refusal:
            self.fail(httpx.RemoteProtocolError(str(refusal)))
            return
        if reader.head is None:
            if self.sent and reader.interim > interim:
                self._connection.deadline.set(self._first, self._late)
            return
        self._connection.deadline.clear()
        self._keep(content)
        if reader.done:
            self._finish()
        self._wake()

    def ended(self) -> None:
        """The origin has closed its side."""
        try:
            self._reader.close(self._connection.cut_off())
        except Refused as refusal:
            self.fail(self._broken(str(refusal)))
        else:
            self._finish()
            self._wake()

    def lost(self, error: Exception | None) -> None:
        """The connection is closed, and not by the origin's proper end of it."""
        failure = self._broken(f"the origin disconnected: {error}" if error else "the connection was closed here")
        failure.__cause__ = error
        self.fail(failure)

    def fail(self, error: Exception) -> None:
        """End the exchange with its connection; content that came before can still be read."""
        if self._over():
            return
        self._error = error
        self._connection.finished(reusable=False)
        self._wake()

    def _keep(self, content: bytes) -> None:
        if content:
            self._parts.append(content)
            self._held += len(content)
        if self._held > _MOST_HELD and not self._paused:
            self._paused = True
            self._connection.pause()

    def _finish(self) -> None:
        self._read_on()
        reader = self._reader
        surplus = reader.surplus
        self._connection.finished(self.sent and reader.persistent and not surplus, surplus)

    def _over(self) -> bool:
        return self._error is not None or self._reader.done

    def _broken(self, words: str) -> httpx.TransportError:
        if not self._reader.untouched:
            return httpx.ReadError(words)
        return Stale(words) if self._connection.exchanges > 1 else httpx.RemoteProtocolError(words)

    def _news(self) -> asyncio.Future[None]:
        """Done when something has happened."""
        self._waiting = waiting = self._connection.loop.create_future()
        return waiting

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def _read_on(self) -> None:
        if self._paused:
            self._paused = False
            self._connection.resume()

    def _late(self) -> None:
        self.fail(httpx.ReadTimeout("the origin did not answer in time"))


def _unending(head: Head | None) -> bool:
    """Whether silence is normal in this body: an event stream, a tunnel."""
    if head is None or head.status == 101:
        return True
    kinds = [value for name, value in head.fields if name == b"content-type"]
    return any(kind.lower().startswith(b"text/event-stream") for kind in kinds)
