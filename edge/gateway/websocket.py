"""WebSockets: the visitor's, which the server speaks, joined to one of our own to the origin.

    visitor ◄── ASGI messages ──► here ◄── frames (wsproto) ──► the transport's tunnel ◄──► origin

The handshake with the origin comes first: what it refuses is refused to the visitor with its own status and page, and
its choice of a subprotocol is passed on. Extensions belong to one connection: none is offered. Whole messages go both
ways, each side is read only as fast as the other one reads, and whoever closes says so to the other with code and
reason. Pings are answered on each side; they do not cross.

One read may hold tens of thousands of tiny frames, and an origin may send them without end. So after every `_TURN` of
them all others get their turn, of the pings in one read only the last is answered (RFC 6455 §5.5.3), and the fragments
of a message are kept as one run of bytes.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import secrets
from http import HTTPStatus
from typing import Final, Protocol

import httpx
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError

from edge.fallback import Failure
from edge.gateway.closing import Closing
from edge.gateway.origin import Origin
from edge.web import plain
from edge.web.asgi import Message, Receive, Scope, Send
from edge.web.check import Refusal
from edge.web.cookie import stripped
from edge.web.fields import end_to_end, every, first, without
from edge.web.request import Headers

MOST_MESSAGE: Final = 64 * 2**20  # bytes; what the server takes from visitors
_MOST_REFUSAL: Final = 2**20
_READ: Final = 65_536
_TURN: Final = 50  # frames; about a millisecond
_FAREWELL: Final = 2.0  # seconds for the origin to answer a close
_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
_OURS: Final = frozenset({b"sec-websocket-key", b"sec-websocket-version", b"sec-websocket-extensions"})
_HANDSHAKE: Final = frozenset({b"sec-websocket-accept", b"sec-websocket-protocol", b"sec-websocket-extensions"})
_RESERVED: Final = b"/_windsock/"
_BROKEN: Final = (CloseReason.INTERNAL_ERROR, "")
_AWAY: Final = (CloseReason.GOING_AWAY, "")


class Tunnel(Protocol):
    """The connection to the origin after its 101: what transports give as `network_stream`."""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpx's signature
        """Some bytes; none at the end."""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - likewise
        """All of these bytes."""

    async def aclose(self) -> None:
        """End it."""


class Sockets:
    """Carries WebSockets to one origin."""

    def __init__(self, origin: Origin, closing: Closing) -> None:
        self._origin, self._closing = origin, closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One WebSocket, from its handshake to its end."""
        await receive()
        if (scope.get("raw_path") or b"").startswith(_RESERVED):
            await plain.deny(send, Refusal(HTTPStatus.NOT_FOUND, "There is nothing here."))
            return
        key = base64.b64encode(secrets.token_bytes(16))
        response = await self._origin.ask(_cleaned(scope), send, more=_asking(key))
        if response is None:
            return
        try:
            if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
                await _deny(response, send)
            elif (evidence := _wrong(response, scope, key)) is not None:
                reference = self._origin.broke(scope, Failure.ORIGIN_PROTOCOL, evidence)
                await plain.error(send, Failure.ORIGIN_PROTOCOL, reference, kind=plain.HANDSHAKE)
            else:
                await send(_acceptance(response))
                await Joint(receive, send, response.extensions["network_stream"]).run(self._closing)
        finally:
            await response.aclose()


class Joint:
    """Two WebSockets that are one."""

    def __init__(self, receive: Receive, send: Send, tunnel: Tunnel) -> None:
        self._receive, self._send, self._tunnel = receive, send, tunnel
        self._frames = Connection(ConnectionType.CLIENT)
        self._writing = asyncio.Lock()
        self._begun = bytearray()

    async def run(self, closing: Closing) -> None:
        """Until either side ends it, the worker ends, or the task is cancelled; then both are closed."""
        to_origin = asyncio.ensure_future(self._to_origin())
        to_visitor = asyncio.ensure_future(self._to_visitor())
        closing.stays(to_visitor.cancel)
        try:
            await self._until_one_ends(to_origin, to_visitor)
        finally:
            closing.left(to_visitor.cancel)

    async def _until_one_ends(
        self, to_origin: asyncio.Future[None], to_visitor: asyncio.Future[tuple[int, str]]
    ) -> None:
        try:
            await asyncio.wait((to_origin, to_visitor), return_when=asyncio.FIRST_COMPLETED)
            if to_visitor.cancelled():
                await self._go_away()
            if to_origin.done():
                await asyncio.wait((to_visitor,), timeout=_FAREWELL)
        finally:
            here = not to_origin.done()
            for task in (to_origin, to_visitor):
                task.cancel()
            await asyncio.wait((to_origin, to_visitor))
            with contextlib.suppress(httpx.TransportError):
                await self._tunnel.aclose()
        if here:  # only now: a close that is sent while a `receive` waits stays in the server
            code, reason = _AWAY if to_visitor.cancelled() else to_visitor.result()
            await self._send({"type": "websocket.close", "code": code, "reason": reason})
        elif not to_origin.cancelled():
            to_origin.result()

    async def _go_away(self) -> None:
        """Tell the origin that the worker ends; one that does not read is not waited for."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await self._write(CloseConnection(CloseReason.GOING_AWAY))

    async def _to_origin(self) -> None:
        """Until the visitor has gone."""
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                await self._write(_farewell(message))
                return
            text, data = message.get("text"), message.get("bytes")
            await self._write(TextMessage(text) if text is not None else BytesMessage(data or b""))

    async def _to_visitor(self) -> tuple[int, str]:
        """Until the origin has gone: the code and reason for the visitor."""
        with contextlib.suppress(httpx.TransportError):
            while True:
                data = await self._tunnel.read(_READ)
                self._frames.receive_data(data or None)
                end = await self._heard()
                if end is not None:
                    return end
        return _BROKEN

    async def _heard(self) -> tuple[int, str] | None:
        """What one read holds; the code and reason for the visitor when the origin's side ends with it."""
        ping: Ping | None = None
        for number, event in enumerate(self._frames.events(), 1):
            if number % _TURN == 0:
                await asyncio.sleep(0)
            if isinstance(event, CloseConnection):
                return await self._ended(event)
            if isinstance(event, Ping):
                ping = event
            elif isinstance(event, TextMessage | BytesMessage) and not await self._passed(event):
                await self._write(CloseConnection(CloseReason.MESSAGE_TOO_BIG))
                return CloseReason.MESSAGE_TOO_BIG, ""
        if ping is not None:
            await self._write(ping.response())
        return None

    async def _ended(self, event: CloseConnection) -> tuple[int, str]:
        """The origin has closed, has gone without a word, or sent what is no frame (then wsproto closes for it)."""
        if self._frames.state is ConnectionState.REMOTE_CLOSING:
            await self._write(event.response())
            # a close without a code cannot be sent to the visitor; this is what it means
            code = CloseReason.NORMAL_CLOSURE if event.code == CloseReason.NO_STATUS_RCVD else event.code
            return code, event.reason or ""
        if self._frames.state is ConnectionState.OPEN:
            await self._write(CloseConnection(event.code))
        return _BROKEN

    async def _passed(self, event: TextMessage | BytesMessage) -> bool:
        """Pass a message on when it is whole; False when it is too large."""
        begun = self._begun
        text = isinstance(event, TextMessage)
        if begun or not event.message_finished:
            begun += event.data.encode() if isinstance(event, TextMessage) else event.data
        if len(begun) > MOST_MESSAGE:
            return False
        if event.message_finished:
            whole = (begun.decode() if text else bytes(begun)) if begun else event.data
            self._begun = bytearray()
            await self._send({"type": "websocket.send", "text" if text else "bytes": whole})
        return True

    async def _write(self, event: Event) -> None:
        """To the origin, in one piece. One that has gone, or has closed its side, gets nothing more."""
        with contextlib.suppress(httpx.TransportError, LocalProtocolError):
            async with self._writing:
                await self._tunnel.write(self._frames.send(event))


def _cleaned(scope: Scope) -> Scope:
    """The scope without what is ours and what belongs to the visitor's own handshake."""
    headers = without(stripped(tuple(scope["headers"])), _OURS)
    return {**scope, "headers": tuple(pair for pair in headers if not pair[0].startswith(b"x-windsock-"))}


def _asking(key: bytes) -> Headers:
    return (
        (b"connection", b"Upgrade"),
        (b"upgrade", b"websocket"),
        (b"sec-websocket-version", b"13"),
        (b"sec-websocket-key", key),
    )


def _wrong(response: httpx.Response, scope: Scope, key: bytes) -> str | None:
    """What is wrong with a 101 (RFC 6455 §4.1), if anything."""
    headers = end_to_end(response.headers.raw)
    accept = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    chosen = every(headers, b"sec-websocket-protocol")
    if every(headers, b"sec-websocket-accept") != [accept]:
        return "Sec-WebSocket-Accept does not answer our key"
    if every(headers, b"sec-websocket-extensions"):
        return "an extension that was not offered"
    offered = every(tuple(scope["headers"]), b"sec-websocket-protocol")
    if len(chosen) > 1 or any(protocol not in offered for protocol in chosen):
        return "a subprotocol that was not offered"
    return None


def _acceptance(response: httpx.Response) -> Message:
    headers = end_to_end(response.headers.raw)
    chosen = first(headers, b"sec-websocket-protocol")
    return {
        "type": "websocket.accept",
        "subprotocol": chosen.decode("ascii").strip() if chosen else None,
        "headers": list(without(headers, _HANDSHAKE)),
    }


async def _deny(response: httpx.Response, send: Send) -> None:
    """The origin's refusal, with its page as far as it is reasonably long."""
    parts: list[bytes] = []
    left = _MOST_REFUSAL
    with contextlib.suppress(httpx.TransportError):
        async for part in response.aiter_raw():
            parts.append(part[:left])
            left -= len(part)
            if left <= 0:
                break
    headers = without(end_to_end(response.headers.raw), frozenset({b"content-length"}))
    await plain.respond(send, response.status_code, headers, b"".join(parts), kind=plain.HANDSHAKE)


def _farewell(message: Message) -> CloseConnection:
    """The close for the origin when the visitor has gone: theirs (of which the server tells the code only)."""
    code = message.get("code") or CloseReason.NO_STATUS_RCVD
    if code == CloseReason.NO_STATUS_RCVD:
        return CloseConnection(CloseReason.NO_STATUS_RCVD)  # wsproto knows it by identity
    if code in (CloseReason.ABNORMAL_CLOSURE, CloseReason.TLS_HANDSHAKE_FAILED):
        code = CloseReason.GOING_AWAY
    return CloseConnection(code, message.get("reason") or None)
