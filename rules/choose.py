"""Which entry of `choose` is for a visitor, and the shares of the variants that it may show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rules.signals import Signals
from rules.values import Entry, Experience
from rules.when import evaluate

Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the rules of one experience say for one context, before any draw."""

    rule: int | None  # the 1-based entry of `choose`; None when none matched
    kind: Literal["show", "split", "learn", "default"]
    shares: Shares  # (variant, weight > 0): only their ratios matter; one of them unless it is drawn


def choose(experience: Experience, signals: Signals) -> Choice:
    """The first entry whose condition is True, else the default.

    Variants whose `never_when` is True are out of a `split` or `learn`; the others keep their ratios. If none is left
    the default is shown.
    """
    for number, entry in enumerate(experience.choose, 1):
        if entry.when is None or evaluate(entry.when, signals) is True:
            return _taken(number, entry, experience, signals)
    return Choice(None, "default", ((experience.default, 1.0),))


def _taken(number: int, entry: Entry, experience: Experience, signals: Signals) -> Choice:
    if entry.kind == "show":
        return Choice(number, "show", entry.shares)
    left = _allowed(entry.shares, experience, signals)
    return Choice(number, entry.kind, left) if left else Choice(number, "default", ((experience.default, 1.0),))


def _allowed(shares: Shares, experience: Experience, signals: Signals) -> Shares:
    """The shares without those variants that must not be shown now; the same object where nothing is excluded."""
    variants = experience.variants
    excluded = {
        name
        for name, _ in shares
        if (never := variants[name].never_when) is not None and evaluate(never, signals) is True
    }
    return tuple(share for share in shares if share[0] not in excluded) if excluded else shares
