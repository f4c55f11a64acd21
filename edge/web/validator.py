"""Validators of our own, for pages that the origin's no longer describe (RFC 9110 §8.8)."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from edge.web.fields import every
from edge.web.request import Headers

_MARK: Final = b'"windsock-'


def of(*parts: bytes) -> bytes:
    """A strong entity tag for exactly these bytes."""
    digest = blake2b(digest_size=12)
    for part in parts:
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return _MARK + digest.hexdigest().encode() + b'"'


def is_ours(tag: bytes) -> bool:
    """Whether an entity tag was made by `of` (a cache may have weakened it on the way)."""
    return tag.removeprefix(b"W/").startswith(_MARK)


def unchanged(headers: Headers, tag: bytes) -> bool:
    """Whether If-None-Match names this tag, by weak comparison."""
    return any(member.removeprefix(b"W/") == tag for member in _tags(headers))


def _tags(headers: Headers) -> Iterable[bytes]:
    return every(headers, b"if-none-match")
