"""Max-Forwards: how far a TRACE or OPTIONS may travel, and the answer where it ends (RFC 9110 §7.6.2)."""

from __future__ import annotations

from typing import Final

from edge.web import plain
from edge.web.asgi import Scope, Send
from edge.web.request import Headers

METHODS: Final = frozenset({"TRACE", "OPTIONS"})
_NAME: Final = b"max-forwards"
_ALLOW: Final = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE"
_MOST: Final = 10  # digits; a larger number is no number of hops

SECRET: Final = frozenset({b"cookie", b"authorization", b"proxy-authorization"})
"""What no TRACE may carry further, or show: whoever can make a browser send one would read it in the answer."""


def ends_here(scope: Scope) -> bool:
    """Whether this request may not be forwarded."""
    return scope["method"] in METHODS and any(name == _NAME and _hops(value) == 0 for name, value in scope["headers"])


def lessened(headers: Headers) -> Headers:
    """The fields for the next hop of a TRACE or OPTIONS."""
    return tuple(
        (name, b"%d" % (hops - 1)) if name == _NAME and (hops := _hops(value)) else (name, value)
        for name, value in headers
    )


async def answer(scope: Scope, send: Send) -> None:
    """As the final recipient: what OPTIONS are there, or the request as it came in, without what is secret."""
    if scope["method"] == "OPTIONS":
        await plain.respond(send, 200, ((b"allow", _ALLOW), (b"cache-control", b"no-store")))
        return
    query: bytes = scope["query_string"]
    target: bytes = (scope.get("raw_path") or scope["path"].encode()) + (b"?" + query if query else b"")
    lines = [b"TRACE %s HTTP/%s" % (target, str(scope["http_version"]).encode())]
    lines += [name + b": " + value for name, value in scope["headers"] if name not in SECRET]
    headers = ((b"content-type", b"message/http"), (b"cache-control", b"no-store"))
    await plain.respond(send, 200, headers, b"\r\n".join(lines) + b"\r\n\r\n")


def _hops(value: bytes) -> int | None:
    digits = value.strip()
    return int(digits) if digits.isdigit() and len(digits) <= _MOST else None
