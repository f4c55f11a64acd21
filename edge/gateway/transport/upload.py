"""Sends a request's body while the answer may already be coming.

The body is promised in the head: `Content-Length` bytes exactly, or chunks up to the last one. A body that is
shorter or longer than promised ends the connection, because whatever we sent next would be read as part of it.
"""

from __future__ import annotations

import asyncio

import httpx

from edge.gateway.transport.connection import Connection
from edge.gateway.transport.exchange import Exchange
from edge.gateway.transport.question import Question


class Upload:
    """One body on its way. `begun` once a byte of it has been asked for: from then on it cannot be sent again."""

    def __init__(self, asked: Question, limit: float | None) -> None:
        self.begun = False
        self._asked = asked
        self._limit = limit

    async def send(self, connection: Connection, exchange: Exchange) -> None:
        """All of it; every failure becomes the exchange's."""
        self.begun = True
        try:
            if self._asked.framing.chunked:
                await self._chunks(connection)
            else:
                await self._exactly(connection, self._asked.framing.length or 0)
            exchange.all_sent()
        except Exception as error:  # noqa: BLE001 - whatever the body's source raises is the answer to the caller
            exchange.fail(error)

    async def _chunks(self, connection: Connection) -> None:
        async for part in self._asked.body:
            if part:
                await self._write(connection, [b"%x\r\n" % len(part), part, b"\r\n"])
        await self._write(connection, [b"0\r\n\r\n"])

    async def _exactly(self, connection: Connection, left: int) -> None:
        async for part in self._asked.body:
            left -= len(part)
            if left < 0:
                raise httpx.LocalProtocolError("the request's body is longer than its Content-Length")
            if part:
                await self._write(connection, [part])
        if left:
            raise httpx.LocalProtocolError("the request's body is shorter than its Content-Length")

    async def _write(self, connection: Connection, parts: list[bytes]) -> None:
        """An answer that is already here is read first: writing to an origin that has left would lose it."""
        if connection.readable():
            await asyncio.sleep(0)
        await connection.write(parts, self._limit)
