"""The token of a page: all that was decided for it, signed, so that the edge remembers nothing of who was there.

    {"d": [[experience, variant, side, reason, rule, model, cell, snapshot, p, window], …], "i": PAGE}

`PAGE` is drawn for each answer: 72 random bits as 12 characters. A decision is called `PAGE.N`, by its place. The token
names nobody; it holds what the learner must know of the draw, so that nothing needs to be kept until a beacon comes.
It expires an hour after the longest reward window in it, and after 30 days at the latest.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

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


@dataclass(frozen=True, slots=True)
class Page:
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
        """The token of a page with these decisions; of very many it holds the first ones."""
        seconds = int(min(max(row[-1] for row in rows) + _AFTER, LONGEST))
        page, fit = secrets.token_urlsafe(9), len(rows)
        while True:
            try:
                return self._keys.seal({"d": rows[:fit], "i": page}, now, seconds)
            except TooLongError:
                fit = fit * 3 // 4

    def open(self, token: str, now: float) -> Page | Refused:
        """What a token says, if it was made here."""
        opened = self._keys.open(token, now)
        return _page(opened) if isinstance(opened, Opened) else opened


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
    body: Any = opened.body
    try:
        return Page(body["i"], opened.issued, [_row(*row) for row in body["d"]])
    except (LookupError, TypeError):
        return "malformed"


def _row(*row: Any) -> Row:
    if len(row) != _COLUMNS:
        raise TypeError(row)
    return row  # it was signed here, as a Row


_COLUMNS: Final = 10
