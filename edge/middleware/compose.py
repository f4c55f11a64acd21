"""From a page of the origin to the page of one visitor, or back to the origin's on any doubt."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from edge.fallback import FALLBACKS, Failure, Rung
from edge.middleware.desk import Composed
from edge.middleware.plan import Plan
from edge.middleware.work import AT_ONCE, off_the_loop
from edge.pages.body import decode, encode_gzip
from edge.pages.edit import Editor, Untouched, digest_of
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
    """Applies forms to pages; counts and explains what could not be applied."""

    def __init__(self, metrics: Metrics, limit: int) -> None:
        self._metrics, self._limit = metrics, limit
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
            self.leave("error")
            return None

    async def _compose(self, plan: Plan, headers: Headers, body: bytes, gzip: bool) -> Composed | None:
        if b"no-transform" in [directive.lower() for directive in every(headers, b"cache-control")]:
            self.leave("no-transform")
            return None
        coding = (first(headers, b"content-encoding") or b"identity").strip().lower().decode("latin-1")
        page = await _decoded(body, coding, self._limit)
        if isinstance(page, Untouched):
            self.leave(page.reason)
            return None
        digest, kind = await off_the_loop(digest_of, page), _type(headers)
        edited = await self._editor.edit(page, kind, plan.forms, plan.values, digest)
        if isinstance(edited, Untouched):
            if edited.error is not None:
                _log.error("editing failed", exc_info=edited.error)
            self.leave(edited.reason)
            return None
        for experience, reason in edited.missing:
            self._miss(experience, reason)
        for experience, _ in edited.skipped:
            self._metrics.missed(experience, "no-child")
        if not edited.shown:
            return None
        gzipped = gzip and coding != "identity" and len(edited.body) >= _GZIP_FROM
        final = await off_the_loop(encode_gzip, edited.body) if gzipped else edited.body
        return Composed(final, _tag(digest, kind, plan, edited.shown, gzipped), gzipped=gzipped)

    def leave(self, reason: str) -> None:
        """Count a page that goes out as it came, and say so."""
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


def _tag(digest: bytes, kind: str, plan: Plan, shown: tuple[str, ...], gzipped: bool) -> bytes:
    """The validator of what all this makes: the page's bytes are not read once more for it."""
    made_of = (plan.edition.version if plan.edition else "", kind, shown, sorted(plan.values.items()), gzipped)
    return validator.of(digest, plan.variants, repr(made_of).encode("utf-8", "replace"))


def _type(headers: Headers) -> str:
    return (first(headers, b"content-type") or b"").decode("latin-1")
