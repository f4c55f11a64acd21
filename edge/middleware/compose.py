"""From a page of the origin to the page of one visitor, or back to the origin's on any doubt."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Concatenate, Final, ParamSpec, TypeVar

from edge.fallback import FALLBACKS, Failure, Rung
from edge.middleware.answer import Composed
from edge.middleware.plan import Plan
from edge.pages.body import decode, encode_gzip
from edge.pages.edit import Editor, Untouched
from edge.telemetry.metrics import Metrics
from edge.web.fields import every, first
from edge.web.request import Headers

_log = logging.getLogger("windsock")

_GZIP_FROM: Final = 1024
"""Bytes below which compressing again is not worth a visitor's time."""


_AT_ONCE: Final = 64 * 1024
"""Bytes that are inflated or compressed at once; more would keep other visitors waiting, so it is done in a thread."""

P = ParamSpec("P")
R = TypeVar("R")


class Composer:
    """Applies forms to pages; counts and explains what could not be applied."""

    def __init__(self, metrics: Metrics, limit: int) -> None:
        self._metrics, self._limit = metrics, limit
        self._editor = Editor(limit=limit)
        self._said: set[tuple[str, str]] = set()

    async def __call__(self, plan: Plan, headers: Headers, body: bytes, gzip: bool) -> Composed | None:
        """The edited page, or None: the page goes out as it came, and the reason is counted."""
        try:
            return await self._compose(plan, headers, body, gzip)
        except Exception as error:  # the editor promises not to raise; the page must not depend on that
            _log.exception("editing failed", extra={"evidence": repr(error)[:300]})
            self._leave("error")
            return None

    async def _compose(self, plan: Plan, headers: Headers, body: bytes, gzip: bool) -> Composed | None:
        if b"no-transform" in (directive.lower() for directive in every(headers, b"cache-control")):
            self._leave("no-transform")
            return None
        coding = (first(headers, b"content-encoding") or b"identity").strip().lower().decode("latin-1")
        page = await _off_the_loop(decode, body, coding, self._limit)
        if isinstance(page, Untouched):
            self._leave(page.reason)
            return None
        content_type = (first(headers, b"content-type") or b"").decode("latin-1")
        edited = await self._editor.edit(page, content_type, plan.forms)
        if isinstance(edited, Untouched):
            if edited.error is not None:
                _log.error("editing failed", exc_info=edited.error)
            self._leave(edited.reason)
            return None
        for experience, reason in edited.missing:
            self._miss(experience, reason)
        if not edited.shown:
            return None
        if gzip and coding != "identity" and len(edited.body) >= _GZIP_FROM:
            return Composed(await _off_the_loop(encode_gzip, edited.body), gzipped=True)
        return Composed(edited.body, gzipped=False)

    def too_large(self) -> None:
        """The page was larger than pages may be."""
        self._leave("too-large")

    def _leave(self, reason: str) -> None:
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


async def _off_the_loop(work: Callable[Concatenate[bytes, P], R], body: bytes, *args: P.args, **kwargs: P.kwargs) -> R:
    if len(body) <= _AT_ONCE:
        return work(body, *args, **kwargs)
    return await asyncio.to_thread(work, body, *args, **kwargs)
