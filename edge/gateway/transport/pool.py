"""Idle connections, and a bound on all of them.

The last one that came back is the first to go out, so that the others grow old and are closed. When all that may
exist are busy, callers wait in line; a connection that comes back goes to the first of them. A place in the bound is
taken before dialling and given back at the connection's end, whatever ends it.

An origin that says something unasked may say it again, a moment too late to be seen, and then each visitor would get
the answer of the one before. So once it was overheard, connections carry one exchange each for `_WARY` seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Final

import httpx

from edge.gateway.transport.connection import Connection
from edge.gateway.transport.dial import Place, dial
from edge.gateway.transport.names import Names

_Turn = asyncio.Future[Connection | None]  # a connection, or None for the right to dial one

_log = logging.getLogger("windsock")

_WARY: Final = 300.0
_READ: Final = 65_536  # bytes at a time; the loop's own buffers of 256 KiB cost a memory mapping per read


class Pool:
    """The connections to one place: at most `most`, each idle for at most `idle` seconds."""

    def __init__(self, place: Place, most: int, idle: float) -> None:
        self.buffer = memoryview(bytearray(_READ))  # of this pool, so of one loop: two threads never share it
        self._place, self._names = place, Names(place.host, place.port)
        self._most = most
        self._idle_seconds = idle
        self._places_taken = 0
        self._alive: set[Connection] = set()
        self._idle: deque[Connection] = deque()
        self._line: deque[_Turn] = deque()
        self._sweeper: asyncio.TimerHandle | None = None
        self._wary_until = 0.0
        self._closed = False

    def idle(self) -> Connection | None:
        """An idle connection that is fit to be asked."""
        while self._idle:
            connection = self._idle.pop()
            if connection.usable():
                return connection
            connection.abort()
        return None

    async def take(self, wait: float | None, connect: float | None) -> Connection:
        """A new connection, or one that comes back while none may be dialled; an idle one is closed to make room.

        `wait` and `connect` are seconds; `httpx.PoolTimeout`, `ConnectTimeout` or `ConnectError`.
        """
        while self._line or self._places_taken >= self._most:
            if self._idle:
                self._idle.popleft().abort()
            connection = await self._turn(wait)
            if connection is None:
                return await self._dial(connect)
            if connection.usable():
                return connection
            connection.abort()
        self._places_taken += 1
        return await self._dial(connect)

    def free(self, connection: Connection) -> None:
        """Keep it for the next exchange, or hand it to the first in line."""
        if self._wary_until and connection.loop.time() < self._wary_until:
            connection.abort()
            return
        turn = self._next()
        if turn is not None:
            turn.set_result(connection)
            return
        loop = connection.loop
        connection.idle_since = loop.time()
        self._idle.append(connection)
        if self._sweeper is None:
            self._sweeper = loop.call_later(self._idle_seconds, self._sweep)

    def overheard(self, connection: Connection) -> None:
        """The origin has said there what nobody had asked for."""
        now = connection.loop.time()
        if now >= self._wary_until:
            _log.warning("the origin sent more than it was asked for: its connections carry one request each for now")
        self._wary_until = now + _WARY
        while self._idle:
            self._idle.pop().abort()

    def gone(self, connection: Connection) -> None:
        """Its place is free."""
        if connection not in self._alive:
            return
        self._alive.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        self._leave()

    async def aclose(self) -> None:
        """Close everything; those in line get an error."""
        self._closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        while (turn := self._next()) is not None:
            turn.set_exception(httpx.ConnectError("the transport is closed"))
        for connection in tuple(self._alive):
            connection.abort()
        while self._alive:  # noqa: ASYNC110 - a closed socket is reported within a turn or two of the loop
            await asyncio.sleep(0)

    async def _dial(self, connect: float | None) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            connection = await dial(self._place, self._names, lambda: Connection(loop, self), connect)
            if connection.closed or self._closed:
                connection.abort()
                raise httpx.ConnectError("the connection was closed as soon as it was open")
        except BaseException:
            self._leave()
            raise
        self._alive.add(connection)
        return connection

    async def _turn(self, wait: float | None) -> Connection | None:
        loop = asyncio.get_running_loop()
        turn: _Turn = loop.create_future()
        self._line.append(turn)
        timer = None if wait is None else loop.call_later(wait, _too_late, turn)
        try:
            return await turn
        except asyncio.CancelledError:
            self._give_back(turn)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def _give_back(self, turn: _Turn) -> None:
        """The caller was cancelled; what it was given in the same moment goes to the next."""
        if turn.cancelled() or turn.exception() is not None:
            return
        connection = turn.result()
        if connection is None:
            self._leave()
        else:
            self.free(connection)

    def _leave(self) -> None:
        turn = self._next()
        if turn is None:
            self._places_taken -= 1
        else:
            turn.set_result(None)

    def _next(self) -> _Turn | None:
        while self._line:
            turn = self._line.popleft()
            if not turn.done():
                return turn
        return None

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweeper = None
        while self._idle:
            age = loop.time() - self._idle[0].idle_since
            if age < self._idle_seconds:
                self._sweeper = loop.call_later(self._idle_seconds - age, self._sweep)
                return
            self._idle.popleft().abort()


def _too_late(turn: _Turn) -> None:
    if not turn.done():
        turn.set_exception(httpx.PoolTimeout("no connection to the origin became free in time"))
