"""Editing a page: its charset, its slots, the splice. The only way in for the middleware."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Final

from cachetools import LRUCache

from edge.pages.charset import Charset, charset_of
from edge.pages.locate import Slots, locate
from edge.pages.splice import splice
from edge.pages.values import Edited, Forms, Untouched

__all__ = ["Edited", "Editor", "Untouched", "edit"]

Experiences = Sequence[tuple[str, Forms]]
"""Experiences in their order, each with its name and its forms."""

_Page = tuple[bytes, Charset]

_INLINE: Final = 32 * 1024
"""Bytes up to which a page is looked through at once; larger ones in a thread, so that nobody waits for them."""


def edit(page: bytes, content_type: str, experiences: Experiences) -> Edited | Untouched:
    """Apply experiences to a page at once, without remembering anything. Never raises."""
    try:
        charset = _writable(content_type, page)
        if isinstance(charset, Untouched):
            return charset
        slots = locate(page, charset, _selectors(experiences))
        return slots if isinstance(slots, Untouched) else splice(page, charset, slots, experiences)
    except Exception as error:  # a page must come out whatever happens; the caller logs the evidence
        return Untouched("error", error)


class Editor:
    """Edits pages and remembers where their slots are. For one event loop; never raises.

    A page is known by the digest of its bytes, so what is remembered cannot be out of date.
    """

    def __init__(self, limit: int = 10 * 1024 * 1024, remember: int = 4096) -> None:
        """`limit`: bytes of the largest page that is edited. `remember`: how many pages' slots are kept."""
        self._limit = limit
        self._known: LRUCache[_Page, Slots] = LRUCache(remember)
        self._busy: dict[_Page, asyncio.Lock] = {}  # visitors of one new page wait for one search
        self._threads = asyncio.Semaphore(2)

    async def edit(self, page: bytes, content_type: str, experiences: Experiences) -> Edited | Untouched:
        """Apply experiences to a page, all forms of each one or none; untouched when the page must stay as it is."""
        try:
            return await self._edit(page, content_type, experiences)
        except Exception as error:  # a page must come out whatever happens; the caller logs the evidence
            return Untouched("error", error)

    async def _edit(self, page: bytes, content_type: str, experiences: Experiences) -> Edited | Untouched:
        if len(page) > self._limit:
            return Untouched("too-large")
        charset = _writable(content_type, page)
        if isinstance(charset, Untouched):
            return charset
        slots = await self._slots(page, charset, _selectors(experiences))
        return slots if isinstance(slots, Untouched) else splice(page, charset, slots, experiences)

    async def _slots(self, page: bytes, charset: Charset, selectors: Sequence[str]) -> Slots | Untouched:
        """The slots of a page; only those that were never asked for are looked for."""
        key = (hashlib.blake2b(page, digest_size=16).digest(), charset)
        known = self._known.get(key, {})
        if known.keys() >= set(selectors):
            return known
        if len(page) <= _INLINE:
            return self._learn(key, locate(page, charset, _new(known, selectors)))
        lock = self._busy.setdefault(key, asyncio.Lock())
        try:
            async with lock, self._threads:
                new = _new(self._known.get(key, {}), selectors)
                found = await asyncio.to_thread(locate, page, charset, new) if new else {}
                return self._learn(key, found)
        finally:
            if not lock.locked():
                self._busy.pop(key, None)

    def _learn(self, key: _Page, found: Slots | Untouched) -> Slots | Untouched:
        if isinstance(found, Untouched):
            return found
        slots = self._known[key] = {**self._known.get(key, {}), **found}
        return slots


def _new(known: Slots, selectors: Sequence[str]) -> list[str]:
    return [selector for selector in selectors if selector not in known]


def _writable(content_type: str, page: bytes) -> Charset | Untouched:
    if content_type.partition(";")[0].strip().lower() != "text/html":
        return Untouched("type")
    return charset_of(page, content_type) or Untouched("charset")


def _selectors(experiences: Experiences) -> list[str]:
    return list(dict.fromkeys(selector for _, forms in experiences for selector, _ in forms))
