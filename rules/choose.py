"""Which entry of `choose` is for a visitor, and the shares of the variants that it may show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rules.signals import Signals
from rules.values import Entry, Experience, Variant
from rules.when import evaluate

Shares = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """What the rules of one experience say for one context, before any draw."""

    rule: int | None  # the 1-based entry of `choose`; None when none matched
    kind: Literal["show", "split", "learn", "default"]
    shares: Shares  # (variant, weight > 0): only their ratios matter; one of them unless it is drawn
    beside: int | None = None  # the 1-based entry before it, if one is for this visitor, that only learns beside it


Values = Mapping[str, str]
"""What stands for the placeholders of texts: what `where` caught, `place.name`."""


def choose(experience: Experience, signals: Signals, values: Values | None = None) -> Choice:
    """The first entry whose condition is True, else the default; those that only learn beside the others are no answer.

    Variants that cannot be shown are out of a `split` or `learn`, and the others keep their ratios; if none is left, or
    where `show` names such a variant, the default is shown. They are those whose `never_when` is True (which does not
    concern `show`), and those with a placeholder that has no value; without `values` every placeholder has one.
    """
    beside = None
    for number, entry in enumerate(experience.choose, 1):
        if entry.when is None or evaluate(entry.when, signals) is True:
            if not entry.beside:
                return taken(number, experience, signals, values, beside)
            beside = beside or number
    return taken(None, experience, signals, values, beside)


def taken(
    number: int | None,
    experience: Experience,
    signals: Signals,
    values: Values | None = None,
    beside: int | None = None,
) -> Choice:
    """What the entry of this number gives, counted from 1, once its condition holds; None: no entry, so the default."""
    if number is not None:
        entry = experience.choose[number - 1]
        left = _left(entry, experience.variants, signals, values) if experience.choosy else entry.shares
        if left:
            return Choice(number, entry.kind, left, beside)
    return Choice(number, "default", ((experience.default, 1.0),), beside)


def _left(entry: Entry, variants: Mapping[str, Variant], signals: Signals, values: Values | None) -> Shares:
    """The shares without those variants that cannot be shown now; the same object where all can."""
    drawn = entry.kind != "show"
    out = {name for name, _ in entry.shares if _is_out(variants[name], signals if drawn else None, values)}
    return tuple(share for share in entry.shares if share[0] not in out) if out else entry.shares


def _is_out(variant: Variant, signals: Signals | None, values: Values | None) -> bool:
    if values is not None and any(name not in values for name in variant.placeholders):
        return True
    never = variant.never_when
    return signals is not None and never is not None and evaluate(never, signals) is True
