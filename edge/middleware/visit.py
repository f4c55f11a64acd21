"""One visitor's request: what is known, what is drawn, and what the answer carries because of it."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus

from edge.decisions.values import Decision, Draw
from edge.middleware.plan import Plan
from edge.middleware.preview import Preview
from edge.middleware.witness import Witness
from edge.signals.session import Session
from edge.signals.session import read as read_session
from edge.telemetry.metrics import Metrics
from edge.web import cookie
from edge.web.consent import Consent
from edge.web.request import Headers, Request
from rules.values import BUCKETS

Chance = Callable[[], int]
"""A fresh uniform bucket."""


def uniform_bucket() -> int:
    """From the operating system: nobody can guess another visitor's."""
    return secrets.randbelow(BUCKETS)


class Visit:
    """Reads the stored bucket, or gives a fresh one; strict visitors have none.

    `asks_for_session`: the site has rules about it, so that of who has consented one is kept.
    """

    __slots__ = ("_debug", "_metrics", "_new", "_seen", "_witness", "counts", "draw", "preview", "request", "session")

    def __init__(
        self,
        request: Request,
        *,
        consent: Consent,
        metrics: Metrics,
        chance: Chance,
        debug_token: str,
        witness: Witness | None = None,
        asks_for_session: bool = False,
    ) -> None:
        stored = cookie.read(request.headers)
        mode = consent.of(request, stored)
        strict = mode == "strict"
        known = stored if isinstance(stored, int) else None
        self.request = request
        self.draw = Draw(None, strict=True) if strict else _draw(known, chance())
        self.session: Session | None = None
        if asks_for_session and mode == "consented":
            self.session = read_session(request, stored)
        self.preview: Preview | None = None
        self._new = known is None and not strict
        self.counts = not strict  # whether anything of it may be measured
        self._metrics = metrics
        self._seen = not strict and not request.fields.get(b"sec-purpose", b"").startswith(b"prefetch")
        asked = request.fields.get(b"x-windsock-debug", b"")
        self._debug = bool(debug_token) and hmac.compare_digest(asked, debug_token.encode())
        self._witness = witness

    def follows(self, preview: Preview) -> None:
        """It is no visitor but somebody who looks at a page by a link: nothing is counted, and nothing kept."""
        self.preview, self.draw = preview, replace(self.draw, forced=preview.variants)
        self._new = self._seen = self.counts = False

    def met(self, plan: Plan, status: int, *, page: bool) -> None:
        """Count the decisions that this answer carries; not for strict visitors, nor for pages that nobody sees yet."""
        if not self._seen or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return
        for decision in plan.decisions:
            if page or decision.experience not in plan.in_pages:
                self._metrics.decided(decision.experience, decision.variant or "", decision.reason)

    def begins(self, status: int, seconds: float) -> None:
        """Count an answer whose first byte goes out now, so long after the request."""
        self._metrics.answered(status, seconds)

    def fields(self, plan: Plan, status: int, *, page: bool) -> Headers:
        """What this visitor's answer gets: a bucket where one was drawn, the session, decisions under the token."""
        added = []
        drawn = plan.draws or (plan.draws_page and page)
        if drawn and self._new and self.draw.bucket is not None and status < HTTPStatus.INTERNAL_SERVER_ERROR:
            added.append(cookie.fresh(self.draw.bucket, self.request.scheme == "https"))
        if status < HTTPStatus.INTERNAL_SERVER_ERROR and (plan.private or (plan.private_page and page)):
            added.extend(self._of_session(page))
        if self._debug and plan.decisions:
            added.append((b"x-windsock-decisions", _told(plan.decisions)))
            if self._witness is not None and plan.edition is not None:
                token = self._witness.seal(plan.decisions, self.request.path, plan.edition.version)
                added.append((b"x-windsock-token", token.encode("ascii")))
        return tuple(added)

    def _of_session(self, page: bool) -> Headers:
        """The session after a page that somebody sees; who does not consent any more has none."""
        if self.session is None:
            left = cookie.SESSION in self.request.fields.get(b"cookie", b"") and self.preview is None
            return (cookie.forgotten(cookie.SESSION),) if left else ()
        seen = page and self._seen and self.request.fields.get(b"sec-fetch-dest", b"document") == b"document"
        return (cookie.session(self.session.written, self.request.scheme == "https"),) if seen else ()


def _draw(known: int | None, chance: int) -> Draw:
    """One number serves both: each experience has a permutation of its own, so that no coin tells of another."""
    return Draw(chance if known is None else known, chance)


def _told(decisions: tuple[Decision, ...]) -> bytes:
    parts = (
        f"{d.experience}={d.variant};p={1.0 if d.probability is None else d.probability:.6g};r={d.reason}"
        for d in decisions
    )
    return ", ".join(parts).encode("ascii", "replace")
