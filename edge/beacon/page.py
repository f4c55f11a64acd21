"""The token of a page: all that was decided for it, signed, so that the edge remembers nothing of who was there.

    {"d": [[experience, variant, side, reason, rule, model, cell, snapshot, p, window], …], "i": PAGE}

`PAGE` is drawn for each answer, as 12 characters: the second (24 bits), so that what comes together lies together in
the event log, and 48 random bits. A decision is called `PAGE.N`, by its place. The token names nobody; it holds what
the learner must know of the draw, so that nothing needs to be kept until a beacon comes. It expires an hour after the
longest reward window in it, and after 30 days at the latest.
"""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from edge.decisions.values import Decision
from edge.events.values import Exposure, Side
from edge.web.token import Keys, Opened, Refused, TooLongError
from rules.values import Experience

LONGEST: Final = 30 * 24 * 3600
"""Seconds for which a page may speak."""
_AFTER: Final = 3600.0
"""Seconds after the longest window: a page may have been open for a while before it was seen."""
_UNDECIDED: Final = frozenset({"off", "outside", "preview", "timeout"})
"""Reasons that come before the coin of the holdout: such a decision is on neither side."""

Row = tuple[str, str, Side, str, int | None, str, list[str], str, float, float]
"""One decision, as it stands in the token."""


class Page(NamedTuple):
    """A page that is believed: what was decided for it, and when (seconds since the epoch)."""

    id: str
    issued: int
    rows: Sequence[Row]

    def decision(self, place: int) -> str:
        """The name of one of its decisions."""
        return f"{self.id}.{place}"

    def exposures(self, at: float) -> list[Exposure]:
        """All its decisions, shown at that moment."""
        return [
            Exposure(self.decision(place), *row[:6], tuple(row[6]), *row[7:], self.issued, at)
            for place, row in enumerate(self.rows)
        ]


class Pages:
    """Makes the tokens of one site, and reads them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys` are what the secret file holds, the current one first."""
        self._keys = Keys(keys, "page")

    def seal(self, rows: Sequence[Row], now: float) -> str:
        """The token of a page with these decisions; of very many it holds the first ones; empty where none fits."""
        seconds = int(min(max(row[-1] for row in rows) + _AFTER, LONGEST))
        page, fit = _name(now), len(rows)
        while fit:
            try:
                return self._keys.seal({"d": rows[:fit], "i": page}, now, seconds)
            except TooLongError:
                fit = fit * 3 // 4
        return ""

    def open(self, token: str, now: float) -> Page | Refused:
        """What a token says, if it was made here."""
        opened = self._keys.open(token, now)
        return _page(opened) if isinstance(opened, Opened) else opened


def _name(now: float) -> str:
    return urlsafe_b64encode((int(now) & 0xFFFFFF).to_bytes(3, "big") + secrets.token_bytes(6)).decode("ascii")


def rows(decisions: Sequence[Decision], named: Mapping[str, Experience]) -> list[Row]:
    """Those decisions that count: their experience is measured, and they are on one of the two sides."""
    return [_decided(each, named[each.experience]) for each in decisions if _counts(each, named)]


def _counts(decision: Decision, named: Mapping[str, Experience]) -> bool:
    experience = named.get(decision.experience)
    decided = decision.variant is not None and decision.reason not in _UNDECIDED
    return decided and experience is not None and experience.counts


def _decided(decision: Decision, experience: Experience) -> Row:
    p = 1.0 if decision.probability is None else decision.probability
    told = (decision.reason, decision.rule, decision.model, list(decision.cell), decision.snapshot, p)
    return (decision.experience, decision.variant or "", side(decision), *told, experience.reward_window)


def side(decision: Decision) -> Side:
    """Whether it is personal or held out."""
    return "holdout" if decision.reason == "holdout" else "personal"


def _page(opened: Opened) -> Page | Refused:
    """The page, as it was signed here; a body of another shape is none of ours."""
    body: Any = opened.body
    try:
        page = Page(body["i"], opened.issued, body["d"])
        return page if {*map(len, page.rows)} == _COLUMNS else "malformed"
    except (LookupError, TypeError):
        return "malformed"


_COLUMNS: Final = {10}
