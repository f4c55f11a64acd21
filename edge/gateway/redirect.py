"""Redirects that name the origin's own address are turned towards the visitor.

An origin that builds absolute redirects often knows only its own port, or its own name. A visitor who followed one
would leave the edge, or arrive nowhere. So a `Location` on the origin's authority, or on the visitor's host with the
origin's port, gets the authority that the visitor used; every other one passes as it came (RFC 9110 §10.2.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """Scheme, host and port of one side."""

    scheme: str
    host: str
    port: int

    @classmethod
    def of(cls, scheme: str, authority: str) -> Place:
        """From an authority as it stands in a URL or in `Host`; ValueError when it is none."""
        parts = urlsplit(f"//{authority}")
        return cls(scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme, 0))


def turned(location: bytes, origin: Place, prefix: str, visitor: Place, authority: str) -> bytes:
    """The Location for the visitor, who reached us as `authority`; `prefix` is the origin's path prefix."""
    text = location.decode("latin-1")
    if not text.lower().startswith(("http://", "https://")):
        return location
    try:
        parts = urlsplit(text)
        named = Place.of(parts.scheme.lower(), parts.netloc)
    except ValueError:
        return location
    own = named == origin or (named.host == visitor.host and named.port == origin.port and named.port != visitor.port)
    if not own or "@" in parts.netloc:
        return location
    path = parts.path.removeprefix(prefix) if parts.path.startswith(f"{prefix}/") else parts.path
    rest = text[len(parts.scheme) + 3 + len(parts.netloc) + len(parts.path) :]
    return f"{visitor.scheme}://{authority}{path}{rest}".encode("latin-1")
