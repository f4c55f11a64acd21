"""An origin on a real loopback socket that says exactly the bytes of its script, and a caller that asks it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import socket
import ssl
import struct
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

LIMITS: Mapping[str, float | None] = {"connect": 2.0, "read": 5.0, "write": 5.0, "pool": 2.0}


class Peer:
    """The origin's end of one connection."""

    def __init__(self, origin: Origin, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        self.number = number
        self.reader = reader
        self.writer = writer
        self._origin = origin

    async def request(self) -> bytes:
        """The next request: its head, and its body as it was framed."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
        body = b""
        if length:
            body = await self.reader.readexactly(int(length[1]))
        elif re.search(rb"\r\ntransfer-encoding: chunked", head, re.IGNORECASE):
            body = await self._chunks()
        self._origin.requests.append(head + body)
        return head + body

    async def _chunks(self) -> bytes:
        raw = b""
        while True:
            size = await self.reader.readuntil(b"\r\n")
            raw += size + await self.reader.readexactly(int(size, 16) + 2)
            if int(size, 16) == 0:
                return raw

    async def say(self, raw: bytes) -> None:
        """These bytes."""
        self.writer.write(raw)
        await self.writer.drain()

    async def left(self) -> bool:
        """Whether the transport closes its side now, without another byte."""
        try:
            return await asyncio.wait_for(self.reader.read(1), 5) == b""
        except ConnectionResetError:
            return True

    def end(self, how: int = socket.SHUT_WR) -> None:
        """Shut the socket down under whatever the loop, or TLS, knows of it."""
        with socket.socket(fileno=os.dup(self.writer.get_extra_info("socket").fileno())) as same:
            same.shutdown(how)

    def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Peer], Awaitable[None]]


class Origin:
    """Counts its connections and keeps the requests as they arrived."""

    def __init__(self, script: Script) -> None:
        self.requests: list[bytes] = []
        self.connections = 0
        self.url = httpx.URL("http://origin.invalid/")
        self._script = script
        self._connected = asyncio.Event()
        self._talks: set[asyncio.Task[Any]] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; it ends with the script."""
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        self.connections += 1
        self._connected.set()
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
                await self._script(Peer(self, reader, writer, self.connections))
        except asyncio.CancelledError:
            writer.transport.abort()  # the test is over
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()
            self._talks.discard(task)

    async def connected(self) -> None:
        """Returns when there is a connection."""
        await self._connected.wait()

    async def aclose(self) -> None:
        """End all conversations."""
        for task in self._talks:
            task.cancel()
        if self._talks:
            await asyncio.wait(self._talks)


@contextlib.asynccontextmanager
async def scripted(script: Script, tls: ssl.SSLContext | None = None, uds: str | None = None) -> AsyncIterator[Origin]:
    """An origin that runs the script on each of its connections."""
    origin = Origin(script)
    if uds is not None:
        server = await asyncio.start_unix_server(origin.talk, uds)
    else:
        server = await asyncio.start_server(origin.talk, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        origin.url = httpx.URL(f"{'https' if tls else 'http'}://{'localhost' if tls else '127.0.0.1'}:{port}/")
    try:
        yield origin
    finally:
        server.close()
        await origin.aclose()
        await server.wait_closed()


async def echo(peer: Peer) -> None:
    """Answers every request with its own target."""
    while True:
        head = await peer.request()
        await peer.say(answer(head.split(b" ")[1]))


def once(raw: bytes) -> Script:
    """Says these bytes to the first request of the first connection and is an honest echo from then on."""

    async def script(peer: Peer) -> None:
        if peer.number == 1:
            await peer.request()
            await peer.say(raw)
        await echo(peer)

    return script


def answer(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """A plain answer with a length."""
    lines = [b"HTTP/1.1 " + status, *fields, b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@dataclass(frozen=True, slots=True)
class Got:
    """An answer that was read to its end."""

    status: int
    fields: list[tuple[bytes, bytes]]
    body: bytes


class Body(httpx.AsyncByteStream):
    """A request body from any source."""

    def __init__(self, source: AsyncIterable[bytes] | Iterable[bytes] = ()) -> None:
        self._source = source

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if isinstance(self._source, AsyncIterable):
            async for part in self._source:
                yield part
        else:
            for part in self._source:
                yield part


async def ask(
    transport: httpx.AsyncBaseTransport,
    url: httpx.URL,
    target: str = "/",
    method: str = "GET",
    fields: Iterable[tuple[bytes, bytes]] = (),
    body: httpx.AsyncByteStream | None = None,
    **limits: float | None,
) -> httpx.Response:
    """The answer's head; its body is still to be read."""
    extensions = {"timeout": {**LIMITS, **limits}, "target": target.encode("latin-1")}
    headers = [(b"host", b"site.example"), *fields]
    return await transport.handle_async_request(
        httpx.Request(method, url, headers=headers, stream=body or Body(), extensions=extensions)
    )


async def fetch(transport: httpx.AsyncBaseTransport, url: httpx.URL, *told: Any, **also: Any) -> Got:
    """The whole answer."""
    response = await ask(transport, url, *told, **also)
    assert isinstance(response.stream, httpx.AsyncByteStream)
    try:
        parts = [part async for part in response.stream]
    finally:
        await response.aclose()
    return Got(response.status_code, response.headers.raw, b"".join(parts))
