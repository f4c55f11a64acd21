"""Pages that are held back until they are whole, and the memory that they may take together.

The first `FREE` bytes of a page cost no more than any connection does. What goes beyond comes out of one room for the
whole process, so that many visitors of large pages, or a few who do not read, cannot fill the memory: when the room is
used up, the next large page is let go as the origin made it, and ordinary pages are still edited.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FREE: Final = 64 * 1024
"""Bytes of each page that need no room."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be held back."""

    page: int = 10 * 2**20  # bytes of one page
    room: int = 32 * 2**20  # bytes of all pages at one time
    patience: float = 2.0  # seconds from the head of a page to its end
    idle: float = 60.0  # seconds for which a visitor may not read


class Room:
    """The bytes that are left for pages."""

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, amount: int) -> bool:
        """Take so much, or nothing."""
        if amount > self.left:
            return False
        self.left -= amount
        return True

    def give(self, amount: int) -> None:
        """Give so much back."""
        self.left += amount


class Held:
    """One page on its way in: its parts as they came, and its share of the room."""

    __slots__ = ("_room", "_taken", "parts", "size")

    def __init__(self, room: Room) -> None:
        self.parts: list[bytes] = []
        self.size = 0
        self._room, self._taken = room, 0

    def add(self, part: bytes) -> None:
        """One more part."""
        self.parts.append(part)
        self.size += len(part)

    def fits(self, size: int) -> bool:
        """Whether there is room for so many bytes of it in all; then they are taken, and kept until it is closed."""
        more = size - FREE - self._taken
        if more <= 0:
            return True
        if not self._room.take(more):
            return False
        self._taken += more
        return True

    def joined(self) -> bytes:
        """The whole page; the parts are forgotten."""
        body = self.parts[0] if len(self.parts) == 1 else b"".join(self.parts)
        self.parts = []
        return body

    def close(self) -> None:
        """It is on its way out: the room is somebody else's."""
        self.parts = []
        self._room.give(self._taken)
        self._taken = 0
