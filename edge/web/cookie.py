"""The one thing that is stored on a device: a bucket, shared by thousands of visitors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from edge.web.request import Headers
from rules.values import BUCKETS

NAME: Final = b"windsock"
MAX_AGE: Final = 34_128_000  # 395 days, in seconds

Stored = int | Literal["off"] | None
"""A bucket, the wish to be left alone, or nothing (an invalid value counts as nothing)."""


def _pairs(value: bytes) -> list[tuple[bytes, bytes]]:
    """(name, the whole pair as it came) of one Cookie field."""
    parts = [part.strip(b" \t") for part in value.split(b";")]
    return [(part.partition(b"=")[0].rstrip(b" \t"), part) for part in parts if part]


def read(headers: Iterable[tuple[bytes, bytes]]) -> Stored:
    """What the visitor's device has stored. Two different cookies of ours count as none."""
    found = {
        pair.partition(b"=")[2].strip(b" \t")
        for field, value in headers
        if field == b"cookie" and NAME in value
        for name, pair in _pairs(value)
        if name == NAME
    }
    if len(found) != 1:
        return None
    value = found.pop()
    if value == b"off":
        return "off"
    if not value.isdigit() or len(value) > 4 or (len(value) > 1 and value.startswith(b"0")):
        return None
    bucket = int(value)
    return bucket if bucket < BUCKETS else None


def stripped(headers: Headers) -> Headers:
    """The fields with our cookie taken out; other cookies keep their bytes and order."""
    left = [_without_ours(pair) if pair[0] == b"cookie" and NAME in pair[1] else pair for pair in headers]
    return tuple([pair for pair in left if pair is not None])


def _without_ours(field: tuple[bytes, bytes]) -> tuple[bytes, bytes] | None:
    name, value = field
    pairs = _pairs(value)
    others = [pair for cookie, pair in pairs if cookie != NAME]
    if len(others) == len(pairs):
        return field
    return (name, b"; ".join(others)) if others else None


def fresh(bucket: int, secure: bool) -> tuple[bytes, bytes]:
    """The Set-Cookie field that gives a device its bucket."""
    return _set(b"%d" % bucket, MAX_AGE, secure)


def off(secure: bool) -> tuple[bytes, bytes]:
    """The Set-Cookie field of a visitor who wants to be left alone."""
    return _set(b"off", MAX_AGE, secure)


def forgotten() -> tuple[bytes, bytes]:
    """The Set-Cookie field that leaves nothing of ours on a device."""
    return _set(b"", 0, secure=False)


def _set(value: bytes, max_age: int, secure: bool) -> tuple[bytes, bytes]:
    field = b"windsock=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%d" % (value, max_age)
    return (b"set-cookie", field + b"; Secure" if secure else field)
