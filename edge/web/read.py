"""From an ASGI scope to a Request."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from edge.web.asgi import Scope
from edge.web.peer import Trust
from edge.web.request import Headers, Request

_ESCAPE: Final = re.compile(rb"%([0-9A-Fa-f]{2})")  # a stray % costs a step, where urllib's costs an exception
_DIGITS: Final = "0123456789abcdefABCDEF"
_BYTE: Final = {f"{high}{low}".encode(): bytes.fromhex(high + low) for high in _DIGITS for low in _DIGITS}


def read(scope: Scope, trust: Trust) -> Request:
    """The request in one pass over its fields; the client address by `trust`."""
    headers = in_lower_case(scope["headers"])
    fields = dict(reversed(headers))  # of a field that repeats, the first value
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
        vouched=trust.believes(peer),
    )


def in_lower_case(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Fields as pairs, their names in lower case, as servers should hand them on."""
    return tuple([(name.lower(), value) for name, value in headers])


def decoded(raw: bytes) -> str:
    """Percent-encoded text as a person writes it, in linear time.

    A bad escape stays as it came; what is not UTF-8 becomes the replacement character.
    """
    if b"%" in raw:
        parts = _ESCAPE.split(raw)  # digits at odd places; a function called for each would take three times as long
        parts[1::2] = map(_BYTE.__getitem__, parts[1::2])
        raw = b"".join(parts)
    return raw.decode("utf-8", "replace")


def hostname(authority: bytes) -> str:
    """The host of an authority, lower case, without the port."""
    text = authority.decode("latin-1").lower()
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return text.partition(":")[0]
