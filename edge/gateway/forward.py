"""The gateway: a plain ASGI app that asks the origin and streams its answer back.

It forwards what came: the raw target joined to the origin by components (never by URL resolution, so no path can
choose another host), fields in their order and number, bodies as they arrive. What belongs to one connection stays
on that connection. Any `httpx.AsyncBaseTransport` can carry the request; it is called as a transport, because a
client would add fields, cookies and redirects of its own.

An answer that breaks off raises `Cut`: the server then ends the visitor's connection instead of pretending that the
page was complete (RFC 9112 §8).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from edge.fallback import Failure
from edge.gateway.failures import failure_of
from edge.gateway.forwarding import Forwarding
from edge.gateway.redirect import Place, turned
from edge.telemetry.trouble import Trouble
from edge.web import plain
from edge.web.asgi import Message, Receive, Scope, Send
from edge.web.cut import Cut
from edge.web.fields import end_to_end, first
from edge.web.request import Headers


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for each phase towards the origin."""

    connect: float = 2.0
    first_byte: float = 60.0
    idle: float = 60.0

    def extension(self) -> dict[str, float]:
        """As httpx transports read it."""
        return {"connect": self.connect, "read": self.first_byte, "write": self.idle, "pool": self.connect}


class Gateway:
    """Stands in front of one origin.

    `origin` is its URL: scheme, host, port and perhaps a path prefix. Errors never escape as exceptions before the
    answer has begun: they become the plain pages of `edge.fallback`.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        origin: httpx.URL,
        forwarding: Forwarding,
        trouble: Trouble,
        timeouts: Timeouts = Timeouts(),
    ) -> None:
        self._transport = transport
        self._url = origin.copy_with(raw_path=b"/")
        self._prefix = origin.raw_path.partition(b"?")[0].rstrip(b"/")
        self._place = Place.of(origin.scheme, origin.netloc.decode("ascii"))
        self._forwarding = forwarding
        self._trouble = trouble
        self._timeouts = timeouts.extension()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; a visitor who leaves ends the origin's work."""
        if scope["type"] == "websocket":
            await _refuse_websocket(receive, send)
            return
        if scope["type"] != "http":
            return
        if self._forwarding.loops(scope["headers"]):
            await self._fail(scope, send, Failure.LOOP, "our own pseudonym is in Via")
            return
        upload = _Upload(receive)
        answer = asyncio.ensure_future(self._answer(scope, upload, send))
        leaving = asyncio.ensure_future(upload.left())
        try:
            await asyncio.wait({answer, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not answer.done():
                answer.cancel()
        try:
            await answer
        except asyncio.CancelledError:
            if not leaving.done() or leaving.cancelled():
                raise

    async def _answer(self, scope: Scope, upload: _Upload, send: Send) -> None:
        try:
            response = await self._transport.handle_async_request(self._request(scope, upload))
        except (httpx.TransportError, httpx.InvalidURL) as error:
            await self._fail(scope, send, failure_of(error), str(error))
            return
        try:
            await self._stream(scope, response, send)
        finally:
            await response.aclose()

    def _request(self, scope: Scope, upload: _Upload) -> httpx.Request:
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        query: bytes = scope["query_string"]
        target = _ascii(self._prefix + raw_path + (b"?" + query if query else b""))
        if raw_path == b"*":
            target = b"*"
        return httpx.Request(
            scope["method"],
            self._url,
            headers=list(self._forwarding.fields(scope, self._url.netloc)),
            stream=upload,
            extensions={"timeout": self._timeouts, "target": target},
        )

    async def _stream(self, scope: Scope, response: httpx.Response, send: Send) -> None:
        headers = list(self._redirects(scope, end_to_end(response.headers.raw)))
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        if first(headers, b"content-length") is None:
            await send({"type": "http.response.body", "body": b"", "more_body": True})  # a stream: its head goes now
        if scope["method"] != "HEAD":
            try:
                async for chunk in _chunks(response):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except httpx.TransportError as error:
                self._trouble.report(Failure.ORIGIN_CUT, scope, str(error))
                raise Cut from error
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _redirects(self, scope: Scope, headers: Headers) -> Headers:
        """The fields with a redirect to the origin's own address turned towards the visitor."""
        if first(headers, b"location") is None:
            return headers
        scheme, authority = self._forwarding.reached_as(scope)
        try:
            visitor = Place.of(scheme, authority)
        except ValueError:
            return headers
        return tuple(
            (name, turned(value, self._place, self._prefix.decode(), visitor, authority))
            if name == b"location"
            else (name, value)
            for name, value in headers
        )

    async def _fail(self, scope: Scope, send: Send, failure: Failure, evidence: str) -> None:
        reference = self._trouble.report(failure, scope, evidence)
        await plain.error(send, failure, reference, head=scope["method"] == "HEAD")


class _Upload(httpx.AsyncByteStream):
    """The request body as it arrives, and the news that the visitor has left."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read = asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not self._read.is_set():
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._read.set()
                raise httpx.WriteError("the visitor left while sending")
            if not message.get("more_body", False):
                self._read.set()
            if message.get("body"):
                yield message["body"]

    async def left(self) -> None:
        """Returns when the visitor has gone."""
        await self._read.wait()
        while True:
            message: Message = await self._receive()
            if message["type"] == "http.disconnect":
                return


def _ascii(target: bytes) -> bytes:
    """The target as it came; bytes that may only stand percent-encoded in a URL are encoded (RFC 3986 §2.1)."""
    if target.isascii():
        return target
    return b"".join(b"%%%02X" % byte if byte > 127 else b"%c" % byte for byte in target)


def _chunks(response: httpx.Response) -> httpx.AsyncByteStream:
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the transport gave a body that cannot be awaited")
    return response.stream


async def _refuse_websocket(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close", "code": 1001, "reason": "WebSockets are not carried in this version"})
