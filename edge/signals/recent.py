"""A memory of what was found lately, bounded in count, for keys that strangers choose.

Two generations: what is asked for moves to the younger one; when that is full it becomes the older one, and the older
one is forgotten. So what is in use stays, and a look-up costs what one of a dictionary does. Nothing is reordered, so
threads need no lock: at worst one of them works out again what another has just found.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")


class Recent(dict[Key, Found | None]):
    """Keeps at most `most` findings, and of those that were asked for last at least half as many.

    `recent[key]` is None for what is not kept. Only the younger generation is seen by other methods of a dictionary.
    """

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most // 2
        self._old: dict[Key, Found | None] = {}

    def __missing__(self, key: Key) -> Found | None:
        """Look in the older generation."""
        found = self._old.get(key)
        if found is not None:
            self.keep(key, found)
        return found

    def keep(self, key: Key, found: Found) -> None:
        """Remember this, and forget what has not been asked for in a long time."""
        if len(self) >= self._most:
            self._old = dict(self)
            self.clear()
        self[key] = found

    @property
    def count(self) -> int:
        """How many findings are kept in both generations; what is in both counts twice."""
        return len(self) + len(self._old)
