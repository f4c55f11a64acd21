"""A circuit breaker in front of the origin: when asking is hopeless, visitors hear so at once instead of waiting.

                 hopeless                     time is up
    closed ─────────────────► open ─────────────────────────► half-open: a few probes
       ▲                        ▲                                 │   │
       │                        └────────── a probe failed ───────┘   │
       └──────────────────────────────────── a probe came back ───────┘

Two things are hopeless. An origin that cannot be reached (refused, no such name, no answer to connecting): a few
times in a row and nothing in between. And an origin that is reached and answers with nothing but errors: nearly all
of many answers within a window, on several pages. Half of the answers being errors is not hopeless: the other half is
pages. A probe has come back when what was hopeless is over: any answer of an origin that could not be reached, a good
one of the other.

An origin that cannot be reached is so for everyone; an error may be a visitor's own doing, and nobody shall close the
site for the others by asking again and again for a page that is broken. So an error counts only where the same thing
had been answered well before (or where nothing was, yet), and it takes errors on several pages. What tells nothing
is not counted at all, and a probe that met such a page is no probe.

Each time that opens it again doubles the pause, up to a limit. No clock in here: `now` are seconds of any clock that
only goes forward. What was asked before the last change of state says nothing about the state after it; so each
admission is a `Ticket`, and outcomes of old ones are ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple


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
    share: float = 0.95  # … that make up this share of its outcomes …
    pages: int = 5  # … and were met on this many pages
    pause: float = 1.0
    longest_pause: float = 15.0
    probes: int = 3  # at once
    remembered: int = 1024  # pages that were answered well


class Ticket(NamedTuple):
    """An admission: the number of the state it was given in, and what is asked for, by any number that names it."""

    state: int
    page: int


USUAL: Final = Rules()


class Breaker:
    """The state of one origin. Every ticket that `admit` gives is handed back once, to `settle` or `abandon`."""

    def __init__(self, rules: Rules = USUAL) -> None:
        self.state = State.CLOSED
        self._rules = rules
        self._number = 0
        self._unreached = 0
        self._cause = Outcome.ANSWERED
        self._until = 0.0
        self._pause = rules.pause
        self._probing = 0
        self._well: dict[int, None] = {}
        self._window = Window(rules)

    def admit(self, page: int, now: float) -> Ticket | None:
        """Whether the origin may be asked for that page; None when not."""
        if self.state is State.OPEN and now >= self._until:
            self._change(State.HALF_OPEN)
        if self.state is State.HALF_OPEN and self._probing < self._rules.probes:
            self._probing += 1
        elif self.state is not State.CLOSED:
            return None
        return Ticket(self._number, page)

    def wait(self, now: float) -> float:
        """Seconds until it may be worth to ask again."""
        return max(0.0, self._until - now)

    def settle(self, ticket: Ticket, outcome: Outcome, now: float) -> None:
        """What became of an admitted request."""
        if ticket.state != self._number:
            return
        if outcome is Outcome.ANSWERED and ticket.page not in self._well:
            self._remember(ticket.page)
        if self.state is State.HALF_OPEN:
            self._probed(ticket, outcome, now)
        else:
            self._met(ticket, outcome, now)

    def abandon(self, ticket: Ticket) -> None:
        """An admitted request was given up before anything was known of it."""
        if ticket.state == self._number and self.state is State.HALF_OPEN:
            self._probing -= 1

    def _met(self, ticket: Ticket, outcome: Outcome, now: float) -> None:
        """An outcome while the circuit is closed."""
        if outcome is Outcome.UNREACHED:
            self._unreached += 1
            if self._unreached >= self._rules.unreached:
                self._open(outcome, now)
            return
        self._unreached = 0
        if outcome is Outcome.ANSWERED:
            self._window.good += 1
        elif self._tells(ticket.page) and self._window.hopeless_with(ticket.page, now):
            self._open(outcome, now)

    def _probed(self, ticket: Ticket, outcome: Outcome, now: float) -> None:
        """An outcome while it is half-open."""
        if outcome is Outcome.ERROR and self._cause is Outcome.ERROR and not self._tells(ticket.page):
            self.abandon(ticket)
        elif outcome is Outcome.ANSWERED or (outcome is Outcome.ERROR and self._cause is Outcome.UNREACHED):
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
        self._number += 1
        self._unreached = self._probing = 0
        self._window = Window(self._rules)

    def _remember(self, page: int) -> None:
        if len(self._well) >= self._rules.remembered:
            del self._well[next(iter(self._well))]  # the oldest
        self._well[page] = None

    def _tells(self, page: int) -> bool:
        """Whether an error on that page says something about the origin, and not just about the page."""
        return not self._well or page in self._well


class Window:
    """The outcomes of the last seconds, in two halves, so that never less than half a window is remembered."""

    def __init__(self, rules: Rules) -> None:
        self.good = 0
        self._rules = rules
        self._began = 0.0
        self._errors = self._errors_before = self._good_before = 0
        self._pages: set[int] = set()
        self._pages_before: set[int] = set()

    def hopeless_with(self, page: int, now: float) -> bool:
        """Count an error there. Time only passes here: good answers alone need no clock."""
        self._pass(now)
        self._errors += 1
        self._pages.add(page)
        errors, good = self._errors + self._errors_before, self.good + self._good_before
        return (
            errors >= self._rules.errors
            and errors >= self._rules.share * (errors + good)
            and len(self._pages | self._pages_before) >= self._rules.pages
        )

    def _pass(self, now: float) -> None:
        half = self._rules.window / 2
        if now < self._began + half:
            return
        recent = now < self._began + 2 * half
        self._errors_before, self._good_before = (self._errors, self.good) if recent else (0, 0)
        self._pages_before = self._pages if recent else set()
        self._errors, self.good, self._pages = 0, 0, set()
        self._began = now
