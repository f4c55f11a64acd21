"""The request target for the origin: the visitor's, byte for byte, behind the origin's path prefix."""

from __future__ import annotations

from edge.web.asgi import Scope


def target(scope: Scope, prefix: bytes) -> bytes:
    """Joined by components, never by resolving a URL: no path can choose another host or climb out of the prefix."""
    raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
    if raw_path == b"*":
        return raw_path
    query: bytes = scope["query_string"]
    return _ascii(prefix + raw_path + b"?" + query if query else prefix + raw_path)


def _ascii(raw: bytes) -> bytes:
    """As it came; bytes that may only stand percent-encoded in a URL are encoded (RFC 3986 §2.1)."""
    if raw.isascii():
        return raw
    return b"".join(b"%%%02X" % byte if byte > 127 else b"%c" % byte for byte in raw)
