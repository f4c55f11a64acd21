"""The breaker at work: with its clock, its metric, its line in the log, and what visitors get while it is open."""

from __future__ import annotations

import logging
import math
import secrets
from collections.abc import Callable
from time import monotonic
from typing import Final

import httpx

from edge.fallback import Failure
from edge.gateway.breaker import USUAL, Breaker, Outcome, Rules, State, Ticket
from edge.gateway.failures import ours
from edge.telemetry.trouble import Trouble
from edge.web.asgi import Scope

_log = logging.getLogger("windsock")

_UNREACHED: Final = frozenset(
    {Failure.ORIGIN_NAME, Failure.ORIGIN_REFUSED, Failure.ORIGIN_TLS, Failure.ORIGIN_CONNECT_TIME}
)


def _quiet(_: int) -> None:
    """Nobody wants to know."""


class Circuit:
    """Decides whether the origin is asked. `changed` is told each new state; `clock` gives seconds."""

    def __init__(
        self,
        trouble: Trouble,
        changed: Callable[[int], None] = _quiet,
        rules: Rules = USUAL,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._breaker = Breaker(rules)
        self._trouble, self._changed, self._clock = trouble, changed, clock
        self._seen = State.CLOSED
        self._reference = ""

    def admit(self, scope: Scope) -> Ticket | None:
        """A ticket to ask the origin with, or None; hand it back to `answered`, `failed` or `abandon`, once."""
        page = hash((scope.get("method"), scope.get("raw_path") or scope["path"]))
        ticket = self._breaker.admit(page, self._clock())
        self._look()
        return ticket

    def refused(self) -> tuple[str, int]:
        """For a visitor who is not let through: the reference of the line in the log, and when to ask again."""
        self._trouble.again(Failure.ORIGIN_OPEN)
        return self._reference, max(1, math.ceil(self._breaker.wait(self._clock())))

    def answered(self, ticket: Ticket, response: httpx.Response) -> None:
        """The origin has answered. An error that says when to come back is an answer: somebody wrote that page."""
        error = response.status_code >= 500 and "retry-after" not in response.headers
        self._settle(ticket, Outcome.ERROR if error else Outcome.ANSWERED)

    def failed(self, ticket: Ticket, failure: Failure, error: Exception) -> None:
        """It has not. What failed on this side says nothing about it."""
        if ours(error):
            self._breaker.abandon(ticket)
        else:
            self._settle(ticket, Outcome.UNREACHED if failure in _UNREACHED else Outcome.ERROR)

    def abandon(self, ticket: Ticket) -> None:
        """The visitor left before anything was known."""
        self._breaker.abandon(ticket)

    def _settle(self, ticket: Ticket, outcome: Outcome) -> None:
        self._breaker.settle(ticket, outcome, self._clock())
        self._look()

    def _look(self) -> None:
        """Tell of a change."""
        state = self._breaker.state
        if state is self._seen:
            return
        self._seen = state
        self._changed(int(state))
        if state is State.OPEN:
            self._reference = secrets.token_hex(6)
            _log.error("the origin is left alone for a moment", extra=self._facts())
        elif state is State.CLOSED:
            _log.warning("the origin is there again", extra=self._facts())

    def _facts(self) -> dict[str, str]:
        return {"failure": Failure.ORIGIN_OPEN.value, "reference": self._reference}
