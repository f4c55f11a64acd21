"""Idle connections, and a bound on all of them.

The last one that came back is the first to go out, so that the others grow old and are closed. When all that may
exist are busy, callers wait in line; a connection that comes back goes to the first of them. A place in the bound is
taken before dialling and given back by the connection's end, whatever ends it.
"""

from __future__ import annotations

import asyncio
from collections import deque

import httpx

from edge.gateway.transport.connection import Connection
from edge.gateway.transport.dial import Place, dial

_Turn = asyncio.Future[Connection | None]
"""A caller in line: gets a connection, or None for the right to dial one."""


class Pool:
    """The connections to one place: at most `most`, each idle for at most `idle` seconds."""

    def __init__(self, place: Place, most: int, idle: float) -> None:
        self._place = place
        self._most = most
        self._idle_seconds = idle
        self._taken = 0
        self._alive: set[Connection] = set()
        self._idle: deque[Connection] = deque()
        self._line: deque[_Turn] = deque()
        self._sweeper: asyncio.TimerHandle | None = None

    def idle(self) -> Connection | None:
        """An idle connection that is fit to be asked, unless others wait for one."""
        while self._idle and not self._line:
            connection = self._idle.pop()
            if connection.usable():
                return connection
            connection.abort()
        return None

    async def fresh(self, wait: float | None, connect: float | None) -> Connection:
        """A new connection, for which an idle one is given up where there is no place; or one that just came back.

        `wait` and `connect` are seconds; `httpx.PoolTimeout`, `ConnectTimeout` or `ConnectError`.
        """
        if self._line or self._taken >= self._most:
            if self._idle:
                self._idle.popleft().abort()
            connection = await self._turn(wait)
            if connection is not None:
                return connection
        else:
            self._taken += 1
        return await self._dial(connect)

    def free(self, connection: Connection) -> None:
        """Keep it for the next exchange, or hand it to the first in line."""
        turn = self._next()
        if turn is not None:
            turn.set_result(connection)
            return
        loop = asyncio.get_running_loop()
        connection.idle_since = loop.time()
        self._idle.append(connection)
        if self._sweeper is None:
            self._sweeper = loop.call_later(self._idle_seconds, self._sweep)

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
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        while (turn := self._next()) is not None:
            turn.set_exception(httpx.ConnectError("the transport is closed"))
        for connection in tuple(self._alive):
            connection.abort()
        while self._alive:
            await asyncio.sleep(0)

    async def _dial(self, connect: float | None) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            connection = await dial(self._place, lambda: Connection(loop, self), connect)
            if connection.closed:
                raise httpx.ConnectError("the origin disconnected at once")
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
            connection = await turn
        except asyncio.CancelledError:
            self._return(turn)
            raise
        finally:
            if timer is not None:
                timer.cancel()
            if turn in self._line:
                self._line.remove(turn)
        ...
        return connection
