"""The transport: takes a connection, asks, hands back the answer as it comes."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from typing import Final

import httpx

from edge.gateway.transport.connection import Connection
from edge.gateway.transport.dial import Place
from edge.gateway.transport.exchange import Exchange, Stale
from edge.gateway.transport.head import Head
from edge.gateway.transport.lazy import Answer
from edge.gateway.transport.pool import Pool
from edge.gateway.transport.question import IDEMPOTENT, Question, question
from edge.gateway.transport.tunnel import Tunnel
from edge.gateway.transport.upload import send

Limits = Mapping[str, float | None]

_PORTS: Final = {"http": 80, "https": 443}


class Transport(httpx.AsyncBaseTransport):
    """HTTP/1.1 towards one origin.

    `origin` is its URL (scheme, host and port count); `tls` the context for https, with its authorities and client
    certificate; `uds` the path of a Unix socket to be used instead of TCP; `connections` the most that may be open at
    once; `idle` for how many seconds an unused one is kept. The default stays below the five seconds after which
    common servers (Apache, Node.js, uvicorn) close theirs, so that a request rarely meets a closing connection.

    Reads the extensions `target` (raw bytes) and `timeout`: seconds for `connect`, `read` (to the head of the
    answer, and between two reads), `write` (while the origin does not read), `pool` (for a free connection), and
    `idle` (between two reads, where that differs from `read`). Bodies of type `text/event-stream` may be silent
    without limit. An asked 101 comes with a `Tunnel` as the extension `network_stream`. Errors are those of httpx.
    """

    def __init__(
        self,
        origin: httpx.URL,
        *,
        tls: ssl.SSLContext | None = None,
        uds: str | None = None,
        connections: int = 256,
        idle: float = 4.0,
    ) -> None:
        if origin.scheme not in _PORTS:
            raise ValueError(f"the origin {origin} is neither http nor https")
        self._origin = self._seen = origin
        context = (tls or ssl.create_default_context()) if origin.scheme == "https" else None
        port = origin.port or _PORTS[origin.scheme]
        self._pool = Pool(Place(origin.raw_host.decode("ascii"), port, context, uds), connections, idle)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer, as soon as its head is there; read its stream to the end, or close it."""
        if request.url is not self._seen:
            self._check(request.url)
        asked = question(request)
        limits: Limits = request.extensions.get("timeout") or {}
        connection = self._pool.idle() or await self._pool.take(limits.get("pool"), limits.get("connect"))
        try:
            return await _ask(connection, asked, limits)
        except Stale:
            if asked.method not in IDEMPOTENT or asked.has_body:
                raise
        connection = await self._pool.take(limits.get("pool"), limits.get("connect"))
        return await _ask(connection, asked, limits)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    def _check(self, url: httpx.URL) -> None:
        origin = self._origin
        if (url.scheme, url.host, url.port) != (origin.scheme, origin.host, origin.port):
            raise httpx.UnsupportedProtocol(f"this transport speaks to {origin} only, not to {url}")
        self._seen = url


async def _ask(connection: Connection, asked: Question, limits: Limits) -> httpx.Response:
    first = limits.get("read")
    exchange = Exchange(connection, asked, first, limits.get("idle", first))
    try:
        if asked.has_body:
            head = await _with_body(connection, exchange, asked, limits.get("write"))
        else:
            exchange.all_sent()
            head = await exchange.head()
    except BaseException:
        exchange.drop()
        raise
    extensions = {"network_stream": Tunnel(connection, exchange)} if head.status == 101 else {}
    return Answer(head.status, head.fields, exchange, extensions)


async def _with_body(connection: Connection, exchange: Exchange, asked: Question, write: float | None) -> Head:
    """Sends the body in a task of its own, because the answer may come first; then the upload stops."""
    upload = asyncio.ensure_future(send(connection, exchange, asked, write))
    try:
        return await exchange.head()
    finally:
        if not upload.done():
            upload.cancel()
            await asyncio.wait((upload,))
