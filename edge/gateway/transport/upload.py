"""Sends a request's body while the answer may already be coming.

The body is promised in the head: `Content-Length` bytes exactly, or chunks up to the last one. A body that is
shorter or longer than promised ends the connection, because whatever we sent next would be read as part of it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterable

import httpx

from edge.gateway.transport.connection import Connection
from edge.gateway.transport.exchange import Exchange
from edge.gateway.transport.question import Question


async def send(connection: Connection, exchange: Exchange, asked: Question, limit: float | None) -> None:
    """All of the body; `limit` seconds for the origin to read on. Every failure becomes the exchange's."""
    parts = _chunks(asked.body) if asked.framing.chunked else _exactly(asked.body, asked.framing.length or 0)
    try:
        async with contextlib.aclosing(parts):
            async for part in parts:
                if connection.readable():  # an early answer is read first: writing to an origin that left would lose it
                    await asyncio.sleep(0)
                await connection.write(part, limit)
    except Exception as error:  # whatever the body's source raises is the caller's answer
        exchange.fail(error)
    else:
        exchange.all_sent()


async def _chunks(body: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    async for part in body:
        if part:
            yield b"%x\r\n%b\r\n" % (len(part), part)
    yield b"0\r\n\r\n"


async def _exactly(body: AsyncIterable[bytes], left: int) -> AsyncGenerator[bytes, None]:
    async for part in body:
        left -= len(part)
        if left < 0:
            raise httpx.LocalProtocolError("the request's body is longer than its Content-Length")
        if part:
            yield part
    if left:
        raise httpx.LocalProtocolError("the request's body is shorter than its Content-Length")
