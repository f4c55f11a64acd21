"""A request as it goes over the wire: exactly what was given, or not at all.

The target is the caller's raw bytes, fields keep their order and number, nothing is added. What could be read as
more than one request (a line end in a value, a space in the target, two framings) is refused before a byte is sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import httpx

from edge.gateway.transport.framing import Framing, Refused, framing
from edge.gateway.transport.head import FIELDS, TOKEN

IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"})  # RFC 9110 §9.2.2

_REQUEST: Final = re.compile(TOKEN + rb" [!-~\x80-\xff]++ HTTP/1\.1\r\n" + FIELDS + rb"\r\n")
_NAMES: Final = re.compile(rb"(?:" + TOKEN + rb",)*+")


@dataclass(frozen=True, slots=True)
class Question:
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
    lines = [request.method.encode("ascii", "replace") + b" " + target + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in fields]
    head = b"\r\n".join(lines) + b"\r\n\r\n"
    names = b"".join([name + b"," for name, _ in fields])
    if _REQUEST.fullmatch(head) is None or head.count(b"\r\n") != len(fields) + 2 or _NAMES.fullmatch(names) is None:
        raise httpx.LocalProtocolError("a request with a malformed method, target or field", request=request)
    if request.method == "CONNECT":
        raise httpx.LocalProtocolError("CONNECT is not carried", request=request)
    if not isinstance(request.stream, httpx.AsyncByteStream):
        raise httpx.LocalProtocolError("a request body that cannot be awaited", request=request)
    return Question(request.method, head, _framing(head, request), request.stream)


def _framing(head: bytes, request: httpx.Request) -> Framing:
    try:
        return framing(head)
    except Refused as refusal:
        raise httpx.LocalProtocolError(f"a request with {refusal}", request=request) from refusal
