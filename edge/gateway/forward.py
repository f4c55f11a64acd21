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
from http import HTTPStatus
from typing import Final

import httpx

from edge.fallback import Failure
from edge.gateway import hops
from edge.gateway.circuit import Circuit
from edge.gateway.closing import Closing
from edge.gateway.forwarding import Forwarding
from edge.gateway.limits import USUAL, Limits
from edge.gateway.origin import Origin
from edge.gateway.redirect import Place, turned
from edge.gateway.visitor import Left, Lobby, TooLarge, Visitor
from edge.gateway.websocket import Sockets
from edge.telemetry.trouble import Trouble
from edge.web import plain
from edge.web.asgi import Receive, Scope, Send
from edge.web.check import Refusal, too_large
from edge.web.cut import Cut
from edge.web.fields import end_to_end, without
from edge.web.request import Headers

_LENGTH: Final = b"content-length"
_EVENTS: Final = b"text/event-stream"
_FAREWELL: Final = 2.0  # seconds
_SILENT: Final = Refusal(408, "The request body did not come in time.")
_BROKEN: Final = Refusal(400, "The request body broke off, or could not be read.")


class Gateway:
    """Stands in front of one origin.

    `origin` is its URL: scheme, host, port and perhaps a path prefix. Errors never escape as exceptions before the
    answer has begun: they become the plain pages of `edge.fallback`. `closing` is for the end of the worker.
    """

    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        origin: httpx.URL,
        forwarding: Forwarding,
        trouble: Trouble,
        limits: Limits = USUAL,
        circuit: Circuit | None = None,
    ) -> None:
        self._origin = Origin(transport, origin, forwarding, trouble, limits, circuit or Circuit(trouble))
        self.closing = Closing()
        self._sockets = Sockets(self._origin, self.closing)
        self._place = Place.of(origin.scheme, origin.netloc.decode("ascii"))
        self._forwarding = forwarding
        self._limits = limits
        self._lobby = Lobby()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or carry one WebSocket."""
        if scope["type"] == "websocket":
            await self._sockets(scope, receive, send)
        elif hops.ends_here(scope):
            await hops.answer(scope, send)
        else:
            await self._carry(scope, receive, send)

    async def _carry(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; a visitor who leaves ends the origin's work."""
        limits = self._limits
        visitor = Visitor(self._lobby, receive, send, uploads=_uploads(scope), idle=limits.idle, most=limits.upload)
        try:
            if visitor.uploads is None:
                await visitor.look_for_upload()
            response = await self._origin.ask(scope, send, visitor if visitor.uploads else None)
            visitor.uploaded()
            if response is not None:
                await self._pass_on(scope, response, visitor)
        except Left:  # the server says the same of chunks that are none: then there is somebody to be told
            await plain.refuse(scope, receive, send, _BROKEN)
        except TooLarge:
            await plain.refuse(scope, receive, send, too_large(self._limits.upload))
        except asyncio.CancelledError:
            if not visitor.ended():
                raise
            if visitor.sent_away:
                await _over(visitor)
                return
            if visitor.late and visitor.began:
                raise Cut from None
            if visitor.late:
                await plain.refuse(scope, receive, send, _SILENT)
        finally:
            visitor.leave()

    async def _pass_on(self, scope: Scope, response: httpx.Response, visitor: Visitor) -> None:
        stream = response.stream
        if not isinstance(stream, httpx.AsyncByteStream):
            raise TypeError("the transport gave a body that cannot be awaited")
        try:
            headers = self._headers(scope, response)
            await visitor.send({"type": "http.response.start", "status": response.status_code, "headers": headers})
            await self._body(scope, headers, stream, visitor)
        finally:
            await stream.aclose()

    async def _body(self, scope: Scope, headers: Headers, stream: httpx.AsyncByteStream, visitor: Visitor) -> None:
        """The body as it comes. The last bytes of a known length say that they are the last."""
        fields = dict(headers)
        length = fields.get(_LENGTH, b"")
        left = int(length) if length.isdigit() else -1
        if not length:
            await visitor.send({"type": "http.response.body", "body": b"", "more_body": True})  # its head goes now
            if fields.get(b"content-type", b"").lower().startswith(_EVENTS):
                visitor.may_stay(self.closing)
        bodiless, more = scope["method"] == "HEAD", True
        try:
            async for part in stream:
                if part and not bodiless:
                    left -= len(part)
                    more = left != 0
                    await visitor.send({"type": "http.response.body", "body": part, "more_body": more})
        except httpx.TransportError as error:
            self._origin.broke(scope, Failure.ORIGIN_CUT, str(error))
            raise Cut from error
        if more:
            await visitor.send({"type": "http.response.body", "body": b"", "more_body": False})

    def _headers(self, scope: Scope, response: httpx.Response) -> Headers:
        headers = end_to_end(response.headers.raw)
        if response.status_code == HTTPStatus.NO_CONTENT:
            headers = without(headers, frozenset({_LENGTH}))  # RFC 9110 §8.6; the server would let it through
        return self._turned(scope, headers) if b"location" in dict(headers) else headers

    def _turned(self, scope: Scope, headers: Headers) -> Headers:
        """The fields with a redirect to the origin's own address turned towards the visitor."""
        scheme, authority = self._forwarding.reached_as(scope)
        try:
            visitor = Place.of(scheme, authority)
        except ValueError:
            return headers
        prefix = self._origin.prefix.decode()
        return tuple(
            (name, turned(value, self._place, prefix, visitor, authority)) if name == b"location" else (name, value)
            for name, value in headers
        )


async def _over(visitor: Visitor) -> None:
    """Say that an event stream is over: its reader asks again. One who does not read is cut off."""
    try:
        async with asyncio.timeout(_FAREWELL):
            await visitor.send({"type": "http.response.body", "body": b"", "more_body": False})
    except TimeoutError:
        raise Cut from None


def _uploads(scope: Scope) -> bool | None:
    """Whether the request has a body; None where only its first bytes will tell."""
    names = [name for name, _ in scope["headers"]]
    if _LENGTH in names:
        return bool(scope["headers"][names.index(_LENGTH)][1].strip(b"0"))
    if b"transfer-encoding" in names:
        return True
    return None if str(scope.get("http_version", "")).startswith("2") else False
