"""Where pages are composed: what all answers of one process share."""

from __future__ import annotations

from typing import Protocol

from edge.middleware.hold import Limits, Room
from edge.middleware.plan import Plan
from edge.web.request import Headers


class Composed:
    """What composing made of a page: its bytes, whether they are compressed, and their validator."""

    __slots__ = ("body", "gzipped", "tag")

    def __init__(self, body: bytes, tag: bytes, *, gzipped: bool) -> None:
        self.body, self.tag, self.gzipped = body, tag, gzipped


class Compose(Protocol):
    """From a page to the visitor's page."""

    async def __call__(self, plan: Plan, headers: Headers, body: bytes, gzip: bool) -> Composed | None:
        """Apply the forms of a plan; None leaves the page as it came."""

    def leave(self, plan: Plan, reason: str) -> None:
        """Count a page that is let go, and why."""


class Desk:
    """What the answers of one process share: where pages are composed, and what may be held back for that."""

    __slots__ = ("compose", "limits", "room")

    def __init__(self, compose: Compose, limits: Limits) -> None:
        self.compose, self.limits, self.room = compose, limits, Room(limits.room)
