"""Whether an experience does harm: what must not get worse is compared with what it would be without the experience.

Where there is a holdout, everybody else is compared with it, since chance alone decided who is in it. Where there is
none, what was drawn is compared with the default, each row weighted by the probability with which the default was drawn
there (Horvitz and Thompson, 1952). Each row becomes one number whose mean is the harm; the sequence of these numbers
(`sequence.py`) is looked at after each row, and a harm that stands out stops the experience. Of a thousand experiences
that do no harm at most fifty are ever stopped, however many measures each of them has.

Visitors send the numbers, so they are cut to what can be, and what cannot be is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from edge.learning.sequence import Sequence

ALPHA: Final = 0.05
"""The chance that an experience without harm is ever stopped."""
FEW: Final = 50
"""Rows on either side below which nothing is said."""
_MET: Final = 25.0
"""Likewise, those that are not 0, as they were to be expected there: rare things tell little of themselves."""
TOLERANCE: Final = 0.01
"""A harm below this share of what is usual stops nothing: nobody would notice it."""

RANGES: Final[Mapping[str, tuple[float, float]]] = {
    "bounce": (1.0, 1.0),
    "lcp": (120_000.0, 10_000.0),
    "cls": (100.0, 1.0),
    "inp": (120_000.0, 2_000.0),
    "errors": (10_000.0, 5.0),
}
"""Measure -> (the largest that can be, where it is cut); lcp and inp in milliseconds. Each begins at 0."""


@dataclass(frozen=True, slots=True)
class Design:
    """What is compared with what; another design begins a comparison anew."""

    measures: tuple[str, ...]
    default: str
    held: float = 0.0  # share of the holdout among all who take part; 0: there is none
    drawn: tuple[int, ...] = ()  # without a holdout: the entries that may draw the default

    def weight(self, variant: str, side: str, rule: int | None, p: float) -> float | None:
        """How a row counts: times (value - what is usual) its mean is the harm. None: it says nothing."""
        if self.held:
            return -1 / self.held if side == "holdout" else 1 / (1 - self.held)
        if side == "holdout" or rule not in self.drawn or not 0 < p <= 1:
            return None
        return 1 - 1 / p if variant == self.default else 1.0


@dataclass(slots=True)
class Comparison:
    """One measure, on both sides."""

    harm: Sequence = field(default_factory=Sequence)
    usual: Sequence = field(default_factory=Sequence)  # of all values
    without: int = 0  # rows without the experience
    met: int = 0  # values that are not 0
    weights: float = 0.0  # sum of their squares

    def add(self, value: float, weight: float) -> None:
        """One row; what is usual is known from those before it alone."""
        if self.usual.n:
            self.harm.add((value - self.usual.mean) * weight)
        self.usual.add(value)
        self.without += weight <= 0
        self.met += value != 0
        self.weights += weight * weight

    def worse(self, alpha: float) -> float:
        """By how much it is worse at least; 0 while that is not certain, or not worth a word.

        A side that has not met a rare thing yet seems to vary less than it does: so the spread is at least what it
        would be if both sides were alike.
        """
        fewer = min(self.without, self.usual.n - self.without)
        if fewer < FEW or fewer * self.met < _MET * self.usual.n:
            return 0.0
        least = self.harm.lower(alpha, self.weights * self.usual.spread / self.usual.n)
        return least if least > TOLERANCE * self.usual.mean else 0.0


class Guardrail:
    """Of one experience. `breach` is the sentence that says what stopped it, or empty."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.breach = ""
        self.comparisons = {measure: Comparison() for measure in design.measures}

    def add(self, weight: float, values: Mapping[str, float]) -> None:
        """One page that was seen, with what was measured on it."""
        if self.breach:
            return
        for measure, comparison in self.comparisons.items():
            value = values.get(measure)
            if value is not None:
                comparison.add(value, weight)
                if least := comparison.worse(ALPHA / len(self.comparisons)):
                    self.breach = _sentence(measure, least, comparison, self.design)
                    return

    def state(self) -> dict[str, Any]:
        """All of it, as JSON."""
        return {
            "design": _plain(self.design),
            "breach": self.breach,
            "comparisons": {name: _numbers(comparison) for name, comparison in self.comparisons.items()},
        }

    @classmethod
    def of(cls, state: Mapping[str, Any], design: Design) -> Guardrail:
        """Go on from a state; a breach stands until it is lifted, a comparison of another design begins anew."""
        guardrail = cls(design)
        guardrail.breach = str(state["breach"])
        if state["design"] == _plain(design):
            guardrail.comparisons = {name: _comparison(state["comparisons"][name]) for name in design.measures}
        return guardrail


def sane(measure: str, value: float) -> float | None:
    """The value as it counts; None for one that cannot be."""
    most, cut = RANGES.get(measure, (0.0, 0.0))
    return min(value, cut) if most and math.isfinite(value) and 0 <= value <= most else None


def _sentence(measure: str, least: float, comparison: Comparison, design: Design) -> str:
    against = "the holdout" if design.held else f"{design.default}"
    amount = f"{least:.0f} ms" if measure in ("lcp", "inp") else f"{least:.3f}"
    return f"{measure} is worse than with {against}, by at least {amount} over {comparison.usual.n} pages"


def _plain(design: Design) -> list[Any]:
    return [list(design.measures), design.default, design.held, list(design.drawn)]


def _numbers(comparison: Comparison) -> list[Any]:
    harm, usual = comparison.harm, comparison.usual
    sums = [comparison.without, comparison.met, comparison.weights]
    return [[harm.n, harm.mean, harm.spread], [usual.n, usual.mean, usual.spread], sums]


def _comparison(numbers: list[Any]) -> Comparison:
    harm, usual, (without, met, weights) = numbers
    return Comparison(_sequence(harm), _sequence(usual), int(without), int(met), float(weights))


def _sequence(numbers: list[Any]) -> Sequence:
    n, mean, spread = numbers
    if not (math.isfinite(mean) and math.isfinite(spread)):
        raise ValueError("a comparison is not finite")
    return Sequence(int(n), float(mean), float(spread))
