"""Header fields as ordered pairs of bytes: what is dropped, what is read, what is added.

A field that concerns only one connection never crosses the edge (RFC 9110 §7.6.1): the known ones and whatever
`Connection` names. Fields that frame the message, `Host` and our own are never dropped because a peer named them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from edge.web.request import Headers

HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)

_NEVER_NAMED: Final = frozenset({b"host", b"content-length", b"content-type", b"via", b"cookie"})


def end_to_end(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The fields that may cross the edge, in their order, their names in lower case."""
    pairs = [(name.lower(), value) for name, value in headers]
    dropped = of_one_connection(pairs)
    return tuple([pair for pair in pairs if pair[0] not in dropped])


def of_one_connection(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    """The names that may not cross the edge with these fields (names in lower case)."""
    connection = b",".join([value for name, value in headers if name == b"connection"])
    if not connection:
        return HOP_BY_HOP
    return _remembered(connection) if len(connection) < _USUAL_LENGTH else _named(connection)


def _named(connection: bytes) -> frozenset[bytes]:
    named = {token.strip().lower() for token in connection.split(b",")}
    return HOP_BY_HOP | {name for name in named - _NEVER_NAMED if not name.startswith(b"x-windsock-")}


_remembered: Final = lru_cache(maxsize=256)(_named)
_USUAL_LENGTH: Final = 100  # bytes; what is longer is rare, or somebody fills our memory


def first(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """The value of the first field of that name (lower case)."""
    for field, value in headers:
        if field == name:
            return value
    return None


def every(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[bytes]:
    """The members of all fields of that name, split at commas, without empty ones (RFC 9110 §5.6.1)."""
    values = [value for field, value in headers if field == name]
    return [member for value in values for part in value.split(b",") if (member := part.strip())]


def without(headers: Iterable[tuple[bytes, bytes]], names: frozenset[bytes]) -> Headers:
    """All fields but those of these names."""
    return tuple([pair for pair in headers if pair[0] not in names])


def replaced(headers: Iterable[tuple[bytes, bytes]], name: bytes, value: bytes) -> Headers:
    """The fields with exactly one of that name, at the end."""
    return (*without(headers, frozenset({name})), (name, value))
