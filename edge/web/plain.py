"""Plain answers of our own: errors, redirects, and paths that are reserved."""

from __future__ import annotations

from http import HTTPStatus

from edge.fallback import FALLBACKS, Failure
from edge.web.asgi import Send
from edge.web.request import Headers


async def respond(send: Send, status: int, headers: Headers, body: bytes = b"", *, head: bool = False) -> None:
    """One complete answer; on HEAD its length without its body."""
    length = () if status == HTTPStatus.NOT_MODIFIED else ((b"content-length", b"%d" % len(body)),)
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": b"" if head else body, "more_body": False})


async def error(send: Send, failure: Failure, reference: str, *, head: bool = False) -> None:
    """The plain error page of a failure, with the reference under which it stands in the log (RFC 9209)."""
    row = FALLBACKS[failure]
    status = HTTPStatus(row.status)
    text = (
        f"{status.value} {status.phrase}\n\n"
        f"This page could not be fetched. Please try again in a moment.\nReference: {reference}\n"
    )
    headers = (
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"proxy-status", f"windsock; error={row.proxy_error}".encode()),
    )
    await respond(send, status.value, headers, text.encode(), head=head)


async def not_found(send: Send, *, head: bool = False) -> None:
    """404 for what is reserved and not there."""
    await respond(send, 404, ((b"content-type", b"text/plain; charset=utf-8"),), b"404 Not Found\n", head=head)
