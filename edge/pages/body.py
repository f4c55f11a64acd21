"""Bodies as they travel: plain, or compressed with gzip (RFC 1952; RFC 9110 §8.4.1.3)."""

from __future__ import annotations

import gzip
import zlib
from typing import Final

from edge.pages.values import Untouched

RATIO: Final = 200
"""More bytes out than this for each byte in is not a page but a bomb; deflate itself stops at 1,032."""

_FREE: Final = 1024 * 1024  # up to here the ratio does not matter
_MEMBERS: Final = 16  # of one gzip body
_GZIP: Final = 31  # zlib's way to say: gzip, window of 32 KiB
_PLAIN: Final = frozenset(("", "identity"))
_GZIPPED: Final = frozenset(("gzip", "x-gzip"))


def decode(body: bytes, coding: str, limit: int) -> bytes | Untouched:
    """Return the page inside a body (at most `limit` bytes), or why it cannot be read."""
    coding = coding.strip().lower()
    if coding in _PLAIN:
        return body if len(body) <= limit else Untouched("too-large")
    if coding not in _GZIPPED:
        return Untouched("coding")
    most = min(limit, max(_FREE, RATIO * len(body)))
    parts: list[bytes] = []
    rest, size = body, 0
    while rest:  # a gzip body may have several members
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(rest, most - size + 1)
        except zlib.error:
            return Untouched("broken")
        size += len(part)
        if size > most:
            return Untouched("too-large")
        if not member.eof:
            return Untouched("broken")
        parts.append(part)
        if len(parts) > _MEMBERS:  # each one costs a copy of all that follows
            return Untouched("broken")
        rest = member.unused_data
    return b"".join(parts) if parts else Untouched("broken")


def encode_gzip(body: bytes) -> bytes:
    """Compress a page: the same page gives the same bytes."""
    return gzip.compress(body, 6, mtime=0)
