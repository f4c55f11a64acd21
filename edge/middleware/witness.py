"""Decision tokens: what a page was decided to show, so that `windsock explain --token` can say why afterwards.

A token names experiences, variants and reasons, the page and the edition. It says nothing about who was there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from edge.clock import Clock
from edge.decisions.recount import REASONS, Shown
from edge.decisions.values import Decision, Reason
from edge.web.token import Keys, Opened, Refused, TooLongError

LIFETIME: Final = 30 * 24 * 3600
"""Seconds for which a token can be explained."""


class Witness:
    """Makes the tokens of one site, and reads them."""

    def __init__(self, secrets: Sequence[bytes], clock: Clock) -> None:
        self._keys, self._clock = Keys(secrets, "decision"), clock

    def seal(self, decisions: Sequence[Decision], path: str, version: str) -> str:
        """The token of a page; of very many decisions it holds the first ones, and how many more there were."""
        now, fit = self._clock(), len(decisions)
        while True:
            body = {"d": [_plain(each) for each in decisions[:fit]], "n": len(decisions) - fit, "p": path, "v": version}
            try:
                return self._keys.seal(body, now, LIFETIME)
            except TooLongError:
                path, fit = path[:200], fit * 3 // 4

    def read(self, token: str) -> Shown | Refused:
        """What a token says, if it was made here."""
        opened = self._keys.open(token.strip(), self._clock())
        if not isinstance(opened, Opened):
            return opened
        try:
            return _shown(opened.body, opened.issued)
        except (LookupError, TypeError, ValueError):
            return "malformed"


def _plain(decision: Decision) -> list[object]:
    p = None if decision.probability is None else f"{decision.probability:.6g}"
    return [decision.experience, decision.variant, decision.reason, decision.rule, p]


def _shown(body: Mapping[str, Any], at: int) -> Shown:
    return Shown(str(body["p"]), str(body["v"]), at, tuple(_decisions(body["d"])), int(body["n"]))


def _decisions(plain: Sequence[Sequence[Any]]) -> Iterator[Decision]:
    for experience, variant, reason, rule, p in plain:
        if reason not in REASONS or not (rule is None or type(rule) is int):
            raise ValueError(reason)
        probability = None if p is None else float(p)
        known = {} if variant is None or probability is None else {str(variant): probability}
        yield Decision(str(experience), variant, cast(Reason, reason), rule, probability, known)
