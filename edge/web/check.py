"""The request check: what is not clearly one request to this site is refused before anything else looks at it.

The server has parsed the bytes already. What it lets through and what must be seen here (granian 2.8.7 on hyper):

- Two Host fields arrive as two; a missing one arrives as an empty one. Both are refused.
- `GET *`, and targets without a path (`GET site.example`), arrive as the path `*` and an empty path: refused.
- CONNECT arrives like any other method: refused.
- Of Content-Length with Transfer-Encoding only the latter survives, and differing lengths never arrive, so no framing
  is ambiguous any more. A further transfer coding (`gzip, chunked`) does arrive, with the body still coded: refused.
- Names with `_` arrive: dropped, because CGI and WSGI read `X_A` and `X-A` as one name.
- Up to 400 KB of fields arrive, 64 KB of target, and over HTTP/2 any number of fields: bounded here.

What it hides, so that nothing can be done here: the authority of an absolute-form target (and HTTP/2's `:authority`)
wins only where there is no Host beside it; otherwise Host is what everything in here reads, so that two parts of the
edge can never disagree. A `?` without a query is lost. A WebSocket handshake does not tell its method; one that
announces a body is refused.

Refusals are values. A good request costs one pass over its fields, and everything about its Host is remembered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from edge.web.asgi import Scope
from edge.web.host import Hosts

MOST_FIELDS: Final = 100
MOST_FIELD_BYTES: Final = 32 * 1024
MOST_TARGET_BYTES: Final = 8 * 1024
DEFAULT_UPLOAD_BYTES: Final = 100 * 2**20

_USUAL: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_METHOD: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_TARGET: Final = re.compile(rb"/[^\x00-\x20\x7f#]*")
_TOKEN: Final = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CONTROLS: Final = bytes(byte for byte in (*range(32), 127) if byte != 9)
_LENGTH: Final = re.compile(rb"[0-9]{1,18}")
_PER_FIELD: Final = 4  # ": " and the line's end


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not answered: the status, and one plain line for whoever sent it."""

    status: int
    reason: str


class Check:
    """Looks at each request once. `hosts` are those served; `max_upload_bytes` bounds a declared length."""

    def __init__(self, hosts: Hosts | None = None, max_upload_bytes: int = DEFAULT_UPLOAD_BYTES) -> None:
        self._hosts = hosts or Hosts()
        self._upload = max_upload_bytes

    def __call__(self, scope: Scope) -> Scope | Refusal:
        """The scope to go on with (names with `_` are gone), or why not."""
        method: str = scope.get("method", "GET")  # a WebSocket has none
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        names = [name for name, _ in headers]
        joined = b"".join(names)
        refusal = (
            (None if method in _USUAL else _method(method))
            or _target(scope, method)
            or _fields(names, joined, b"".join([value for _, value in headers]))
            or self._host(names, headers)
            or (self._body(scope, headers) if _LENGTH_NAME in names or _CODING_NAME in names else None)
        )
        if refusal is not None:
            return refusal
        if b"_" in joined:
            return {**scope, "headers": [pair for pair in headers if b"_" not in pair[0]]}
        return scope

    def _host(self, names: list[bytes], headers: list[tuple[bytes, bytes]]) -> Refusal | None:
        if names.count(b"host") != 1:
            return _HOST_TWICE if b"host" in names else _HOST_MISSING
        host = headers[names.index(b"host")][1]
        if not self._hosts.valid(host):
            return _HOST_BAD if host else _HOST_MISSING
        return None if self._hosts.served(host) else _MISDIRECTED

    def _body(self, scope: Scope, headers: list[tuple[bytes, bytes]]) -> Refusal | None:
        lengths = [value for name, value in headers if name == _LENGTH_NAME]
        codings = [value for name, value in headers if name == _CODING_NAME]
        if scope["type"] == "websocket":
            return _HANDSHAKE_WITH_BODY if codings or lengths != [b"0"] else None
        if len(lengths) + len(codings) > 1:
            return _FRAMED_TWICE
        if codings:
            return None if codings[0].strip().lower() == b"chunked" else _CODING
        length = lengths[0]
        if not _LENGTH.fullmatch(length):
            return _LENGTH_BAD
        return too_large(self._upload) if int(length) > self._upload else None


def too_large(most: int) -> Refusal:
    """The refusal of a body, be its length declared or found on the way."""
    return Refusal(413, f"The request body is larger than the {most} bytes that are taken here.")


def _method(method: str) -> Refusal | None:
    if method == "CONNECT":
        return _CONNECT
    return None if _METHOD.fullmatch(method) else _METHOD_BAD


def _target(scope: Scope, method: str) -> Refusal | None:
    raw: bytes | None = scope.get("raw_path")
    path = scope["path"].encode() if raw is None else raw
    query: bytes = scope["query_string"]
    if len(path) + len(query) >= MOST_TARGET_BYTES:
        return _TARGET_LONG
    if _TARGET.fullmatch(path + query):
        return None
    if path == b"*" and not query and method == "OPTIONS":
        return None
    return _TARGET_BAD


def _fields(names: list[bytes], joined: bytes, values: bytes) -> Refusal | None:
    if len(names) > MOST_FIELDS or len(joined) + len(values) + _PER_FIELD * len(names) > MOST_FIELD_BYTES:
        return _FIELDS_MANY
    if joined.translate(None, _TOKEN) or b"" in names:
        return _NAME_BAD
    return None if len(values.translate(None, _CONTROLS)) == len(values) else _VALUE_BAD


_LENGTH_NAME: Final = b"content-length"
_CODING_NAME: Final = b"transfer-encoding"

_METHOD_BAD: Final = Refusal(400, "The method is not a token.")
_CONNECT: Final = Refusal(501, "This is a gateway to one site: CONNECT is not carried.")
_TARGET_BAD: Final = Refusal(400, "The target is not a path on this site.")
_TARGET_LONG: Final = Refusal(414, f"The target is longer than {MOST_TARGET_BYTES} bytes.")
_FIELDS_MANY: Final = Refusal(431, f"More than {MOST_FIELDS} header fields, or more than {MOST_FIELD_BYTES} bytes.")
_NAME_BAD: Final = Refusal(400, "The name of a header field is not a token.")
_VALUE_BAD: Final = Refusal(400, "The value of a header field holds a control character.")
_HOST_MISSING: Final = Refusal(400, "The request does not say which host it is for.")
_HOST_TWICE: Final = Refusal(400, "The request has more than one Host field.")
_HOST_BAD: Final = Refusal(400, "The Host field is not a host.")
_MISDIRECTED: Final = Refusal(421, "That host is not served here.")
_FRAMED_TWICE: Final = Refusal(400, "The request has more than one framing of its body.")
_CODING: Final = Refusal(501, "No transfer coding but chunked is taken here.")
_LENGTH_BAD: Final = Refusal(400, "Content-Length is not a number of bytes.")
_HANDSHAKE_WITH_BODY: Final = Refusal(400, "A WebSocket handshake has no body.")
