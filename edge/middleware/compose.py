"""From a page of the origin to the page of one visitor, or back to the origin's on any doubt."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from edge.fallback import FALLBACKS, Failure, Rung
from edge.middleware.desk import Composed
from edge.middleware.measured import Marker, Marks
from edge.middleware.plan import Plan
from edge.middleware.work import AT_ONCE, off_the_loop
from edge.pages.body import decode, encode_gzip
from edge.pages.edit import Edited, Editor, Untouched, digest_of
from edge.telemetry.metrics import Metrics
from edge.web import validator
from edge.web.fields import every, first
from edge.web.request import Headers

_log = logging.getLogger("windsock")

_GZIP_FROM: Final = 1024
"""Bytes below which compressing again is not worth a visitor's time."""


_INFLATED_AT_ONCE: Final = 16 * 1024
"""Compressed bytes that are taken apart while other visitors wait; they make 3 MB at the very most."""

_LARGE: Final = 2
"""Large pages that are composed at one time: each takes several times its size while it is."""


class Composer:
    """Applies forms to pages, and has them measured; counts and explains what could not be applied."""

    def __init__(self, metrics: Metrics, limit: int, marks: Marks | None = None) -> None:
        self._metrics, self._limit = metrics, limit
        self._marker = Marker(metrics, marks)
        self._editor = Editor(limit=limit)
        self._large = asyncio.Semaphore(_LARGE)
        self._said: set[tuple[str, str]] = set()

    async def __call__(self, plan: Plan, headers: Headers, body: bytes, gzip: bool) -> Composed | None:
        """The edited page, or None: the page goes out as it came, and the reason is counted."""
        try:
            if len(body) <= AT_ONCE:
                return await self._compose(plan, headers, body, gzip)
            async with self._large:
                return await self._compose(plan, headers, body, gzip)
        except Exception as error:  # the editor promises not to raise; the page must not depend on that
            _log.exception("editing failed", extra={"evidence": repr(error)[:300]})
            self.leave(plan, "error")
            return None

    async def _compose(self, plan: Plan, headers: Headers, body: bytes, gzip: bool) -> Composed | None:
        if b"no-transform" in [directive.lower() for directive in every(headers, b"cache-control")]:
            self.leave(plan, "no-transform")
            return None
        coding = (first(headers, b"content-encoding") or b"identity").strip().lower().decode("latin-1")
        page = await _decoded(body, coding, self._limit)
        if isinstance(page, Untouched):
            self.leave(plan, page.reason)
            return None
        digest, kind = await off_the_loop(digest_of, page), _type(headers)
        trial = plan.measured.trial if plan.measured is not None else None
        edited = await self._editor.edit(page, kind, plan.forms, plan.values, digest, trial)
        if isinstance(edited, Untouched):
            if edited.error is not None:
                _log.error("editing failed", exc_info=edited.error)
            self.leave(plan, edited.reason)
            return None
        self._tell(edited)
        block = self._block(plan, headers, edited)
        if not edited.shown and not block:
            return None
        whole = inserted(edited, block)
        gzipped = gzip and coding != "identity" and len(whole) >= _GZIP_FROM
        final = await off_the_loop(encode_gzip, whole) if gzipped else whole
        return Composed(final, _tag(digest, kind, plan, edited.shown, block, gzipped), gzipped=gzipped)

    def _block(self, plan: Plan, headers: Headers, edited: Edited) -> bytes:
        if plan.measured is None or plan.edition is None:
            return b""
        return self._marker.block(plan.measured, plan.edition, headers, edited)

    def _tell(self, edited: Edited) -> None:
        """Count what could not be shown."""
        for experience, reason in edited.missing:
            self._miss(experience, reason)
        for experience, _ in edited.skipped:
            self._metrics.missed(experience, "no-child")

    def leave(self, plan: Plan, reason: str) -> None:
        """Count a page that goes out as it came, and say so."""
        if plan.measured is not None:
            self._metrics.unmeasured(reason)
        if not plan.forms:
            return
        self._metrics.fell(Failure.PAGE.value, Rung.UNTOUCHED)
        self._metrics.untouched(reason)
        self._say("a page", reason, FALLBACKS[Failure.PAGE].visitor)

    def _miss(self, experience: str, reason: str) -> None:
        self._metrics.fell(Failure.SLOT.value, Rung.DEFAULT)
        self._metrics.missed(experience, reason)
        self._say(f"the slot of {experience}", reason, FALLBACKS[Failure.SLOT].visitor)

    def _say(self, what: str, reason: str, visitor: str) -> None:
        """Once for each reason: a page that cannot be edited is asked for a thousand times an hour."""
        if (what, reason) not in self._said and len(self._said) < 1000:
            self._said.add((what, reason))
            _log.warning("%s cannot be edited (%s); visitors get %s", what, reason, visitor)


async def _decoded(body: bytes, coding: str, limit: int) -> bytes | Untouched:
    """What is compressed may be many times as large: more of it than `_INFLATED_AT_ONCE` is work for a thread."""
    if coding == "identity" or len(body) <= _INFLATED_AT_ONCE:
        return decode(body, coding, limit)
    return await asyncio.to_thread(decode, body, coding, limit)


def inserted(edited: Edited, block: bytes) -> bytes:
    """The edited page with the block at its foot."""
    if not block or edited.measured is None:
        return edited.body
    body, at = memoryview(edited.body), edited.measured.at
    return b"".join((body[:at], block, body[at:]))


def _tag(digest: bytes, kind: str, plan: Plan, shown: tuple[str, ...], block: bytes, gzipped: bool) -> bytes:
    """The validator of what all this makes: the page's bytes are not read once more for it.

    A token is of one answer, and so is the validator of the page that carries it: who comes again gets another one.
    With 304 instead, a visit that shows the same would not be counted and one that shows something else would be.
    """
    made_of = (plan.edition.version if plan.edition else "", kind, shown, sorted(plan.values.items()), gzipped)
    return validator.of(digest, plan.variants, block, repr(made_of).encode("utf-8", "replace"))


def _type(headers: Headers) -> str:
    return (first(headers, b"content-type") or b"").decode("latin-1")
