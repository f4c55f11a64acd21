"""From an ASGI scope to a Request."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from edge.web.asgi import Scope
from edge.web.peer import Trust
from edge.web.request import Headers, Request


def read(scope: Scope, trust: Trust) -> Request:
    """The request in one pass over its fields; the client address by `trust`."""
    headers: Headers = tuple((name.lower(), value) for name, value in scope["headers"])
    fields: dict[bytes, bytes] = {}
    for name, value in headers:
        fields.setdefault(name, value)
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    peer = scope["client"][0] if scope.get("client") else ""
    return Request(
        method=scope["method"],
        scheme=trust.scheme(peer, headers, scope.get("scheme", "http")),
        host=hostname(fields.get(b"host", b"")),
        path=decoded(raw_path),
        raw_path=raw_path,
        query_string=scope["query_string"],
        headers=headers,
        fields=fields,
        client=trust.client(peer, headers),
    )


def decoded(raw_path: bytes) -> str:
    """The path as a person writes it; what is not UTF-8 becomes the replacement character."""
    if b"%" not in raw_path:
        return raw_path.decode("utf-8", "replace")
    return unquote_to_bytes(raw_path).decode("utf-8", "replace")


def hostname(authority: bytes) -> str:
    """The host of an authority, lower case, without the port."""
    text = authority.decode("latin-1").lower()
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return text.partition(":")[0]
