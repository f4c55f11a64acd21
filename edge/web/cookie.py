"""What is stored on a device: a bucket, shared by thousands of visitors; and a session, where somebody agreed to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from edge.web.request import Headers
from rules.values import BUCKETS

NAME: Final = b"windsock"
SESSION: Final = b"windsock-session"
MAX_AGE: Final = 34_128_000  # 395 days, in seconds

Stored = int | Literal["off"] | None
"""A bucket, the wish to be left alone, or nothing (an invalid value counts as nothing)."""


def _pairs(value: bytes) -> list[tuple[bytes, bytes]]:
    """(name, the whole pair as it came) of one Cookie field."""
    parts = [part.strip(b" \t") for part in value.split(b";")]
    return [(part.partition(b"=")[0].rstrip(b" \t"), part) for part in parts if part]


def value(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes | None:
    """The value of a cookie; None when it is not sent, or sent with different values."""
    found = {
        pair.partition(b"=")[2].strip(b" \t")
        for field, sent in headers
        if field == b"cookie" and name in sent
        for known, pair in _pairs(sent)
        if known == name
    }
    return found.pop() if len(found) == 1 else None


def read(headers: Iterable[tuple[bytes, bytes]]) -> Stored:
    """What the visitor's device has stored. Two different cookies of ours count as none."""
    sent = value(headers, NAME)
    if sent is None:
        return None
    if sent == b"off":
        return "off"
    if not sent.isdigit() or len(sent) > 4 or (len(sent) > 1 and sent.startswith(b"0")):
        return None
    bucket = int(sent)
    return bucket if bucket < BUCKETS else None


def stripped(headers: Headers) -> Headers:
    """The fields with our cookies taken out; other cookies keep their bytes and order."""
    left = [_without_ours(pair) if pair[0] == b"cookie" and NAME in pair[1] else pair for pair in headers]
    return tuple([pair for pair in left if pair is not None])


def _without_ours(field: tuple[bytes, bytes]) -> tuple[bytes, bytes] | None:
    name, value = field
    pairs = _pairs(value)
    others = [pair for cookie, pair in pairs if cookie not in (NAME, SESSION)]
    if len(others) == len(pairs):
        return field
    return (name, b"; ".join(others)) if others else None


def fresh(bucket: int, secure: bool) -> tuple[bytes, bytes]:
    """The Set-Cookie field that gives a device its bucket."""
    return _set(b"%d" % bucket, MAX_AGE, secure)


def off(secure: bool) -> tuple[bytes, bytes]:
    """The Set-Cookie field of a visitor who wants to be left alone."""
    return _set(b"off", MAX_AGE, secure)


def forgotten(name: bytes = NAME) -> tuple[bytes, bytes]:
    """The Set-Cookie field that takes a cookie of ours off a device."""
    return _set(b"", 0, secure=False, name=name)


def session(value: bytes, secure: bool) -> tuple[bytes, bytes]:
    """The Set-Cookie field of a session, which ends with the browser's."""
    field = b"%s=%s; Path=/; HttpOnly; SameSite=Lax" % (SESSION, value)
    return (b"set-cookie", field + b"; Secure" if secure else field)


def _set(value: bytes, max_age: int, secure: bool, name: bytes = NAME) -> tuple[bytes, bytes]:
    field = b"%s=%s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%d" % (name, value, max_age)
    return (b"set-cookie", field + b"; Secure" if secure else field)
