"""The four ways a body ends, each a small machine: bytes in, content out.

`done` tells that the body is whole, `surplus` that more bytes followed it: then the answer stands, and the
connection is dropped.
"""

from __future__ import annotations

from typing import Final, Protocol

from edge.gateway.transport.chunked import Chunked
from edge.gateway.transport.head import Head

_NEVER: Final = frozenset({204, 304})  # a 1xx never gets here


class Body(Protocol):
    """Reads one body."""

    done: bool
    surplus: bool

    def feed(self, data: bytes) -> bytes:
        """The content in these bytes."""

    def lacking(self) -> str:
        """What is missing when the origin closes now; empty when that is the proper end."""


def body_of(head: Head, method: str) -> Body:
    """Chosen by RFC 9112 §6.3."""
    if head.status == 101:
        return UntilClose()
    if method == "HEAD" or head.status in _NEVER:
        return Length(0)
    if head.framing.chunked:
        return Chunked()
    if head.framing.length is not None:
        return Length(head.framing.length)
    return UntilClose()


class Length:
    """A body of a known number of bytes, also of none."""

    __slots__ = ("_left", "done", "surplus")

    def __init__(self, length: int) -> None:
        self._left = length
        self.done = length == 0
        self.surplus = False

    def feed(self, data: bytes) -> bytes:
        """At most what is left."""
        more = len(data) - self._left
        if more < 0:
            self._left = -more
            return data
        content = data[: self._left] if more else data
        self._left, self.done, self.surplus = 0, True, more > 0
        return content

    def lacking(self) -> str:
        """The bytes that did not come."""
        return f"{self._left} bytes of the body"


class UntilClose:
    """A body that ends with its connection."""

    __slots__ = ("done", "surplus")

    def __init__(self) -> None:
        self.done = self.surplus = False

    def feed(self, data: bytes) -> bytes:
        """Everything."""
        return data

    def lacking(self) -> str:
        """Nothing, ever."""
        return ""
