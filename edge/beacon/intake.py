"""From what a beacon says to rows of the event log, and to the answer; the same for browsers and for servers."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, Protocol

from edge.beacon import goals
from edge.beacon.page import Page
from edge.beacon.said import Event, MalformedError, Said, read
from edge.clock import Clock
from edge.edition import Edition
from edge.events.pen import Rows
from edge.events.writer import Unwritten, Writer
from edge.settings import Settings
from edge.web.token import Refused

Became = Literal[
    "committed", "repeated", "ignored", "malformed", "forged", "expired", "refused", "capped", "foreign", "slow"
]  # fmt: skip


class Editions(Protocol):
    """Where the current edition is found: None until there is one."""

    current: Edition | None


class Tokens(Protocol):
    """Who reads the tokens of pages."""

    def open(self, token: str, now: float) -> Page | Refused:
        """What a token says, or why it is not believed."""


class Answer(NamedTuple):
    """A status, what became of the beacon, and a line about it."""

    status: int
    became: Became
    text: str = ""
    event: Event | Literal["unknown"] = "unknown"


DONE: Final = 204
AGAIN: Final = 503


class Intake:
    """Takes beacons into the event log. `keep` is how many seconds events are kept."""

    def __init__(self, tokens: Tokens, editions: Editions, writer: Writer, clock: Clock, keep: float) -> None:
        self._tokens, self._editions, self._writer = tokens, editions, writer
        self._clock, self._keep = clock, keep

    async def take(self, body: bytes, *, valued: bool = False) -> Answer:
        """Answer one body, after the commit. `valued`: its sender may say how large a reward is."""
        try:
            said = read(body)
        except MalformedError as error:
            return Answer(400, "malformed", f"This is no beacon: {error}.")
        now = self._clock()
        page = self._tokens.open(said.token, now)
        if isinstance(page, Page) and page.issued < now - self._keep:
            page = "expired"  # what it has said before may be forgotten: it must not be counted again
        if not isinstance(page, Page):
            became: Became = "expired" if page == "expired" else "forged"
            return Answer(403, became, f"This token is {_REFUSED[became]}.", said.event)
        return await self._write(said.event, self._rows(said, page, now, valued))

    def _rows(self, said: Said, page: Page, now: float, valued: bool) -> Rows:
        if said.event == "exposure":
            return page.exposures(now)
        edition = self._editions.current
        named = edition.named if edition is not None else {}
        if said.event == "measure":
            return goals.measures(page, said.goal, said.value or 0.0, named, now)
        return goals.rewards(page, said.goal, said.value if valued else None, named, now)

    async def _write(self, event: Event, rows: Rows) -> Answer:
        if not rows:
            return Answer(DONE, "ignored", event=event)
        try:
            new = await self._writer.submit(rows)
        except Unwritten:
            return Answer(AGAIN, "refused", "This cannot be written at the moment; send it again.", event)
        return Answer(DONE, "committed" if new else "repeated", event=event)


_REFUSED: Final = {"forged": "none of this site", "expired": "too old"}


def kept(settings: Settings) -> float:
    """The seconds for which events are kept."""
    return settings.retention_days * 86_400.0
