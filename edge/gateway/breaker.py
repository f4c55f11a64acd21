"""A circuit breaker in front of the origin: when asking is hopeless, visitors hear so at once instead of waiting.

                 hopeless                     time is up
    closed ─────────────────► open ─────────────────────────► half-open: a few probes
       ▲                        ▲                                 │   │
       │                        └────────── a probe failed ───────┘   │
       └──────────────────────────────────── a probe came back ───────┘

Two things are hopeless. An origin that cannot be reached (refused, no such name, no answer to connecting): a few
times in a row and nothing in between. And an origin that is reached and answers with nothing but errors: nearly all
of many answers within a window. Half of the answers being errors is not hopeless: the other half is pages. A probe has
come back when what was hopeless is over: any answer of an origin that could not be reached, a good one of the other.

Each time that opens it again doubles the pause, up to a limit. No clock in here: `now` are seconds of any clock that
only goes forward. What was asked before the last change of state says nothing about the state after it; so each
admission is a `Ticket`, and outcomes of old ones are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final


class State(IntEnum):
    """How the circuit is; the numbers are those of the metric."""

    CLOSED = 0
    HALF_OPEN = 1
    OPEN = 2


class Outcome(IntEnum):
    """What became of one request: an answer, an answer that is an error (or none in time), or nobody there."""

    ANSWERED = 0
    ERROR = 1
    UNREACHED = 2


@dataclass(frozen=True, slots=True)
class Rules:
    """When the circuit opens, and for how long; times in seconds."""

    unreached: int = 5  # in a row
    window: float = 10.0
    errors: int = 40  # at least, in a window …
    share: float = 0.95  # … that make up this share of its outcomes
    pause: float = 1.0
    longest_pause: float = 15.0
    probes: int = 3  # at once


Ticket = int
"""An admission: the number of the state it was given in."""

USUAL: Final = Rules()


class Breaker:
    """The state of one origin. Every ticket that `admit` gives is handed back once, to `settle` or `abandon`."""

    def __init__(self, rules: Rules = USUAL) -> None:
        self.state = State.CLOSED
        self._rules = rules
        self._ticket: Ticket = 0
        self._unreached = 0
        self._cause = Outcome.ANSWERED
        self._until = 0.0
        self._pause = rules.pause
        self._probing = 0
        self._began = 0.0
        self._errors = self._outcomes = self._errors_before = self._outcomes_before = 0

    def admit(self, now: float) -> Ticket | None:
        """Whether the origin may be asked; None when not."""
        if self.state is State.CLOSED:
            return self._ticket
        if self.state is State.OPEN and now >= self._until:
            self._change(State.HALF_OPEN)
        if self.state is State.HALF_OPEN and self._probing < self._rules.probes:
            self._probing += 1
            return self._ticket
        return None

    def wait(self, now: float) -> float:
        """Seconds until it may be worth to ask again."""
        return max(0.0, self._until - now)

    def settle(self, ticket: Ticket, outcome: Outcome, now: float) -> None:
        """What became of an admitted request."""
        if ticket != self._ticket:
            return
        if self.state is State.HALF_OPEN:
            self._probed(outcome, now)
        elif outcome is Outcome.UNREACHED:
            self._unreached += 1
            self._count(1, now)
            if self._unreached >= self._rules.unreached:
                self._open(outcome, now)
        else:
            self._unreached = 0
            self._count(int(outcome), now)
            if outcome is Outcome.ERROR and self._hopeless():
                self._open(outcome, now)

    def abandon(self, ticket: Ticket) -> None:
        """An admitted request was given up before anything was known of it."""
        if ticket == self._ticket and self.state is State.HALF_OPEN:
            self._probing -= 1

    def _probed(self, outcome: Outcome, now: float) -> None:
        self._probing -= 1
        if outcome is Outcome.ANSWERED or (outcome is Outcome.ERROR and self._cause is Outcome.UNREACHED):
            self._pause = self._rules.pause
            self._change(State.CLOSED)
        else:
            self._pause = min(2 * self._pause, self._rules.longest_pause)
            self._open(outcome, now)

    def _open(self, cause: Outcome, now: float) -> None:
        self._cause = cause
        self._until = now + self._pause
        self._change(State.OPEN)

    def _change(self, state: State) -> None:
        self.state = state
        self._ticket += 1
        self._unreached = self._probing = 0
        self._errors = self._outcomes = self._errors_before = self._outcomes_before = 0

    def _count(self, errors: int, now: float) -> None:
        """Two half windows, the current one and the one before: never less than half a window is remembered."""
        half = self._rules.window / 2
        if now >= self._began + half:
            recent = now < self._began + 2 * half
            self._errors_before, self._outcomes_before = (self._errors, self._outcomes) if recent else (0, 0)
            self._errors = self._outcomes = 0
            self._began = now
        self._errors += errors
        self._outcomes += 1

    def _hopeless(self) -> bool:
        errors = self._errors + self._errors_before
        return errors >= self._rules.errors and errors >= self._rules.share * (self._outcomes + self._outcomes_before)
