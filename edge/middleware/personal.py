"""How a personal answer is labelled: private, and described by nothing that describes the origin's bytes."""

from __future__ import annotations

from typing import Final

from edge.web.fields import every, without
from edge.web.request import Headers

_ORIGINS_OWN: Final = frozenset(
    {
        b"etag",
        b"last-modified",
        b"expires",
        b"age",
        b"pragma",
        b"content-md5",
        b"digest",
        b"content-digest",
        b"repr-digest",
        b"want-content-digest",
        b"want-repr-digest",
        b"surrogate-control",
        b"surrogate-key",
        b"cache-tag",
        b"edge-cache-tag",
        b"cache-groups",
        b"cache-tags",
        b"edge-control",
        b"signature",
        b"signature-input",
        b"x-accel-expires",
    }
)
_OF_THE_BYTES: Final = frozenset(
    {b"etag", b"content-md5", b"digest", b"content-digest", b"repr-digest", b"signature", b"signature-input"}
)
_STRICTER: Final = (b"no-store", b"no-transform")
_OF_THE_BODY: Final = frozenset({b"content-length", b"content-encoding", b"accept-ranges"})


def labelled(headers: Headers, tag: bytes = b"") -> Headers:
    """The fields of a personal answer; `tag` is its own validator. What the origin forbids stays forbidden."""
    said = {directive.lower() for directive in every(headers, b"cache-control")}
    control = b", ".join((b"private", b"no-cache", *(word for word in _STRICTER if word in said)))
    own = ((b"cache-control", control), *(((b"etag", tag),) if tag else ()))
    kept = (pair for pair in headers if pair[0] not in _ORIGINS_OWN and not pair[0].endswith(b"cache-control"))
    return (*kept, *own)


def redescribed(headers: Headers, tag: bytes) -> Headers:
    """The fields of a page that is as public as before and has other bytes: it has a validator if it had one."""
    own = ((b"etag", tag),) if tag and any(name == b"etag" for name, _ in headers) else ()
    return (*without(headers, _OF_THE_BYTES), *own)


def reframed(headers: Headers, length: int, gzipped: bool) -> Headers:
    """The fields around a new body."""
    coding = ((b"content-encoding", b"gzip"),) if gzipped else ()
    return (*without(headers, _OF_THE_BODY), *coding, (b"content-length", b"%d" % length))


def unframed(headers: Headers) -> Headers:
    """The fields of an answer whose body would have another length (HEAD of a page that is edited)."""
    return without(headers, frozenset({b"content-length", b"accept-ranges"}))
