"""What a connection becomes after an asked 101: bytes both ways until either side closes (RFC 9110 §7.8)."""

from __future__ import annotations

import asyncio

import httpx

from edge.gateway.transport.connection import Connection
from edge.gateway.transport.exchange import Exchange


class Tunnel:
    """Read and write as on a socket; found as `response.extensions["network_stream"]`, as with stock httpx.

    Timeouts are seconds, None for no limit. Errors are those of httpx.
    """

    def __init__(self, connection: Connection, exchange: Exchange) -> None:
        self._connection = connection
        self._exchange = exchange
        self._rest = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpx's own signature
        """At least one byte and at most `max_bytes`; none once the origin has closed."""
        if not self._rest:
            try:
                async with asyncio.timeout(timeout):
                    self._rest = await anext(self._exchange, b"")
            except TimeoutError as error:
                raise httpx.ReadTimeout("the origin was silent for too long") from error
        given, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        return given

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - likewise
        """All of it; waits while the origin does not read."""
        await self._connection.write(buffer, timeout)

    async def aclose(self) -> None:
        """Close the connection."""
        self._exchange.drop()
