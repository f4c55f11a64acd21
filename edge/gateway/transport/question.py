"""A request as it goes over the wire: exactly what was given, or not at all.

The target is the caller's raw bytes, fields keep their order and number, nothing is added. What could be read as
more than one request (a line end in a value, a space in the target, two framings) is refused before a byte is sent.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import httpx

from edge.gateway.transport.framing import FRAMING, PLAIN, Framing, Refused, framing
from edge.gateway.transport.head import FIELDS, TOKEN

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})  # RFC 9110 §9.2.2

_REQUEST: Final = re.compile(TOKEN + rb" [!-~\x80-\xff]++ HTTP/1\.1\r\n" + FIELDS + rb"\r\n")
_IN_NAMES: Final = b",!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Question(NamedTuple):
    """One request: its head as bytes, and how its body is framed (`length`, `chunked`, or no body at all)."""

    method: str
    head: bytes
    framing: Framing
    body: httpx.AsyncByteStream

    @property
    def has_body(self) -> bool:
        """Whether the fields announce a body, be it an empty one; without them the stream is not touched."""
        return self.framing.chunked or self.framing.length is not None


def question(request: httpx.Request) -> Question:
    """The request in writing; `httpx.LocalProtocolError` when it cannot be sent as it is."""
    fields = request.headers.raw
    target = request.extensions.get("target") or request.url.raw_path
    lines = b"".join([b"%b: %b\r\n" % field for field in fields])
    head = b"%b %b HTTP/1.1\r\n%b\r\n" % (request.method.encode("ascii", "replace"), target, lines)
    names = b",".join([name for name, _ in fields])
    if _REQUEST.fullmatch(head) is None or head.count(b"\n") != len(fields) + 2 or names.translate(None, _IN_NAMES):
        raise httpx.LocalProtocolError("a request with a malformed method, target or field", request=request)
    if request.method == "CONNECT":
        raise httpx.LocalProtocolError("CONNECT is not carried", request=request)
    if not isinstance(request.stream, httpx.AsyncByteStream):
        raise httpx.LocalProtocolError("a request body that cannot be awaited", request=request)
    return Question(request.method, head, _framing(names.lower(), request), request.stream)


def _framing(names: bytes, request: httpx.Request) -> Framing:
    if FRAMING.isdisjoint(names.split(b",")):
        return PLAIN
    try:
        return framing([(name.lower(), value) for name, value in request.headers.raw])
    except Refused as refusal:
        raise httpx.LocalProtocolError(f"a request with {refusal}", request=request) from refusal
