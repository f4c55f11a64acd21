"""Plain answers of our own: errors, refusals, redirects, and paths that are reserved."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from edge.fallback import FALLBACKS, Failure
from edge.web.asgi import Receive, Scope, Send
from edge.web.check import Refusal
from edge.web.request import Headers

_PLAIN: Final[Headers] = ((b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store"))
_CLOSE: Final[Headers] = ((b"connection", b"close"),)  # what follows such a request may be anything

HTTP: Final = "http.response"
HANDSHAKE: Final = "websocket.http.response"
"""ASGI's message types for an answer to a request, and for one instead of a WebSocket."""


async def respond(
    send: Send, status: int, headers: Headers, body: bytes = b"", *, head: bool = False, kind: str = HTTP
) -> None:
    """One complete answer; on HEAD its length without its body. `kind` is HTTP or HANDSHAKE."""
    length = () if status == HTTPStatus.NOT_MODIFIED else ((b"content-length", b"%d" % len(body)),)
    await send({"type": f"{kind}.start", "status": status, "headers": [*headers, *length]})
    await send({"type": f"{kind}.body", "body": b"" if head else body, "more_body": False})


async def error(
    send: Send, failure: Failure, reference: str, *, head: bool = False, retry: int = 0, kind: str = HTTP
) -> None:
    """The plain error page of a failure, with the reference under which it stands in the log (RFC 9209).

    `retry` is in how many seconds it may be worth to ask again; 0 leaves that open.
    """
    row = FALLBACKS[failure]
    text = f"This page could not be fetched. Please try again in a moment.\nReference: {reference}"
    later = ((b"retry-after", b"%d" % retry),) if retry else ()
    headers = (*_PLAIN, (b"proxy-status", f"windsock; error={row.proxy_error}".encode()), *later)
    await respond(send, row.status, headers, _page(row.status, text), head=head, kind=kind)


async def refuse(scope: Scope, receive: Receive, send: Send, refusal: Refusal) -> None:
    """Say why a request is not answered, and end its connection (over HTTP/2 the server leaves that field out)."""
    if scope["type"] == "websocket":
        await receive()
        await deny(send, refusal)
        return
    body = _page(refusal.status, refusal.reason)
    await respond(send, refusal.status, (*_PLAIN, *_CLOSE), body, head=scope["method"] == "HEAD")


async def deny(send: Send, refusal: Refusal) -> None:
    """Say why there is no WebSocket."""
    await respond(send, refusal.status, _PLAIN, _page(refusal.status, refusal.reason), kind=HANDSHAKE)


def _page(status: int, text: str) -> bytes:
    return f"{status} {HTTPStatus(status).phrase}\n\n{text}\n".encode()


async def not_found(send: Send, *, head: bool = False) -> None:
    """404 for what is reserved and not there."""
    await respond(send, 404, ((b"content-type", b"text/plain; charset=utf-8"),), b"404 Not Found\n", head=head)
