"""Editing a page: its charset, its slots, the splice. The only way in for the middleware.

All that is found out about a page is remembered by the digest of its bytes, so it cannot be out of date: its charset,
its slots, that it cannot be edited, and what it became for the last visitors who were to see the same. So a page that
did not change, with variants that were shown before, costs one digest and one look-up.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cachetools import LRUCache

from edge.pages.charset import Charset, charset_of
from edge.pages.locate import locate
from edge.pages.splice import asked_of, splice
from edge.pages.steps import Steps, weight
from edge.pages.values import (
    FOOT,
    NO_VALUES,
    Asked,
    Edited,
    Experiences,
    Foot,
    Miss,
    Row,
    Slot,
    Slots,
    Trial,
    Untouched,
    Values,
)

__all__ = ["Edited", "Editor", "Untouched", "digest_of", "edit"]

_INLINE: Final = 400_000
"""Steps that a page may be expected to take to be looked through at once: some 5 ms. More is done in a thread."""

_AT_ONCE: Final = 3_000_000
"""Steps that it may take then; a page that takes more than one would expect is begun again in a thread."""

_WAITING: Final = 16
"""New pages that may wait for a thread; those that come then go out untouched."""

_TOO_SLOW: Final = Untouched("too-slow")


def edit(
    page: bytes,
    content_type: str,
    experiences: Experiences,
    values: Values = NO_VALUES,
    trial: Trial | None = None,
) -> Edited | Untouched:
    """Apply experiences to a page at once, without remembering anything. Never raises."""
    try:
        charset = _writable(content_type, page)
        if isinstance(charset, Untouched):
            return charset
        slots = locate(page, charset, _asked(experiences, trial))
        return slots if isinstance(slots, Untouched) else splice(page, charset, slots, experiences, values, trial)
    except Exception as error:  # a page must come out whatever happens; the caller logs the evidence
        return Untouched("error", error)


def digest_of(page: bytes) -> bytes:
    """What a page is known by: 32 bytes. SHA-256, which processors have an instruction for."""
    return hashlib.sha256(page, usedforsecurity=False).digest()


@dataclass(slots=True)
class _Page:
    """What is known about one page under one Content-Type."""

    charset: Charset
    slots: dict[Asked, Slot | Row | Foot | Miss] = field(default_factory=dict)


_Key = tuple[bytes, str]  # its digest, its Content-Type


class Editor:
    """Edits pages and remembers what it found out. For one event loop; never raises."""

    def __init__(
        self,
        limit: int = 10 * 1024 * 1024,
        remember: int = 4096,
        keep: int = 8 * 1024 * 1024,
        patience: float = 1.0,
    ) -> None:
        """`limit`: bytes of the largest page that is edited. `remember`: pages whose slots are kept, `keep`: bytes of
        edited pages. `patience`: seconds until a visitor who waits for a new page gets it as it came; what is found out
        after that is there for the next one.
        """
        self._limit, self._patience = limit, patience
        self._known: LRUCache[_Key, _Page | Untouched] = LRUCache(remember)
        self._edited: LRUCache[object, Edited] = LRUCache(keep, getsizeof=lambda edited: len(edited.body) + 1024)
        self._busy: dict[_Key, asyncio.Task[Slots | Untouched]] = {}  # visitors of one new page wait for one search
        self._threads = asyncio.Semaphore(2)

    async def edit(
        self,
        page: bytes,
        content_type: str,
        experiences: Experiences,
        values: Values = NO_VALUES,
        digest: bytes | None = None,
        trial: Trial | None = None,
    ) -> Edited | Untouched:
        """Apply experiences to a page, all forms of each one or none; untouched when the page must stay as it is.

        `values`: what stands for `{name}` in the forms of each. `digest`: the page's, where it is known. `trial`: the
        page shall be measured; `Edited.measured` says whether and where it can be.
        """
        try:
            return await self._edit(page, content_type, experiences, values, digest or digest_of(page), trial)
        except Exception as error:  # a page must come out whatever happens; the caller logs the evidence
            return Untouched("error", error)

    async def _edit(
        self,
        page: bytes,
        content_type: str,
        experiences: Experiences,
        values: Values,
        digest: bytes,
        trial: Trial | None,
    ) -> Edited | Untouched:
        if len(page) > self._limit:
            return Untouched("too-large")
        forms = tuple((name, tuple(forms)) for name, forms in experiences)
        wish = (digest, content_type, forms, _frozen(values), trial and trial.name)
        edited = self._edited.get(wish)
        if edited is None:
            known = await self._page(page, (digest, content_type), _asked(experiences, trial))
            if not isinstance(known, _Page):
                return known
            edited = splice(page, known.charset, known.slots, forms, values, trial)
            if len(edited.body) <= self._edited.maxsize // 8:
                self._edited[wish] = edited
        return edited

    async def _page(self, page: bytes, key: _Key, asked: Sequence[Asked]) -> _Page | Untouched:
        """What is known about a page, when all that is asked for is known; only what is new is looked for."""
        known = self._known.get(key)
        if known is None:
            charset = _writable(key[1], page)
            known = self._known[key] = charset if isinstance(charset, Untouched) else _Page(charset)
        while isinstance(known, _Page):
            new = [ask for ask in asked if ask not in known.slots]
            if not new:
                return known
            found = _located(page, known.charset, new, Steps(_AT_ONCE)) if _work(page, new) <= _INLINE else _TOO_SLOW
            if _unfinished(found):
                found = await self._searched(page, key, known, new)
            else:
                self._learn(key, known, new, found)
            if isinstance(found, Untouched):
                return found
            known = self._known.get(key, known)
        return known

    async def _searched(self, page: bytes, key: _Key, known: _Page, new: Sequence[Asked]) -> Slots | Untouched:
        """Search in a thread, once for all who wait; whoever has waited long enough goes without."""
        search = self._busy.get(key)
        if search is None:
            if len(self._busy) >= _WAITING:
                return _TOO_SLOW
            search = self._busy[key] = asyncio.create_task(self._search(page, key, known, new))
        done, _ = await asyncio.wait({search}, timeout=self._patience)
        return search.result() if done else _TOO_SLOW

    async def _search(self, page: bytes, key: _Key, known: _Page, new: Sequence[Asked]) -> Slots | Untouched:
        try:
            async with self._threads:
                found = await asyncio.to_thread(_located, page, known.charset, new, Steps())
            self._learn(key, known, new, found)
            return found
        finally:
            del self._busy[key]

    def _learn(self, key: _Key, known: _Page, new: Sequence[Asked], found: Slots | Untouched) -> None:
        """Remember what was found, and that a page cannot be edited: it is not tried again."""
        if not isinstance(found, Untouched):
            known.slots.update(found)
        elif known.slots and found.reason == "too-slow":
            known.slots.update(dict.fromkeys(new, "too-slow"))  # the others are known, and stay
        else:
            self._known[key] = Untouched(found.reason)  # without the error: it would keep the page alive


def _frozen(values: Values) -> tuple[object, ...]:
    return tuple((name, *own.items()) for name, own in values.items()) if values else ()


def _unfinished(found: Slots | Untouched) -> bool:
    return found == _TOO_SLOW if isinstance(found, Untouched) else "too-slow" in found.values()


def _located(page: bytes, charset: Charset, asked: Sequence[Asked], steps: Steps) -> Slots | Untouched:
    try:
        return locate(page, charset, asked, steps)
    except Exception as error:
        return Untouched("error", error)


def _work(page: bytes, asked: Sequence[Asked]) -> int:
    """About how many steps it takes to find something on a page; children that change places count as many."""
    return weight(page) * (4 + 2 * sum(1 if isinstance(ask, str) else 8 for ask in asked))


def _writable(content_type: str, page: bytes) -> Charset | Untouched:
    if content_type.partition(";")[0].strip().lower() != "text/html":
        return Untouched("type")
    return charset_of(page, content_type) or Untouched("charset")


def _asked(experiences: Experiences, trial: Trial | None = None) -> list[Asked]:
    """What must be known of a page: more of one that is measured, and the same whatever is shown on it."""
    wanted = [forms for _, forms in experiences]
    if trial is not None:
        wanted += [forms for variants in trial.variants.values() for forms in variants]
    asked = dict.fromkeys(asked_of(form, selector) for forms in wanted for selector, form in forms)
    return [*asked, FOOT] if trial is not None else list(asked)
