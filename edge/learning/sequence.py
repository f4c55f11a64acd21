"""A bound on a mean that may be looked at after each row, for ever, and is rarely wrong even once.

A test that is meant for one look and is looked at daily finds harm where there is none in a third of all runs or more.
This bound holds at all moments at once: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and
Ramdas, "Time-uniform central limit theory and asymptotic confidence sequences" (Annals of Statistics, 2024), in its
one-sided form. With n values, their sum of squared deviations V, and a constant r:

    lower = mean - sqrt(2 (V r + 1) / r * log(1 + sqrt(V r + 1) / (2 alpha))) / n

r says at which V the bound is tightest; here V r = n x / TIGHT, with x as in the paper, so that r needs no guess of the
spread. Being asymptotic, it is silent while there are few values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

TIGHT: Final = 5_000
"""Rows at which the bound is tightest."""


@dataclass(slots=True)
class Sequence:
    """Values that came one after the other: how many, their mean, and their sum of squared deviations from it."""

    n: int = 0
    mean: float = 0.0
    spread: float = 0.0

    def add(self, value: float) -> None:
        """One more value (Welford's update)."""
        self.n += 1
        off = value - self.mean
        self.mean += off / self.n
        self.spread += off * (value - self.mean)

    def lower(self, alpha: float, spread: float = 0.0) -> float:
        """What the true mean lies above, at all times at once with probability 1 - alpha; 0 < alpha < 1/2.

        `spread`: what V is at least, where more is known of it than the values tell.
        """
        spread = max(self.spread, spread)
        if self.n < 2 or spread <= 0:
            return -math.inf
        x = -2 * math.log(2 * alpha) + math.log(-2 * math.log(2 * alpha) + 1)
        grown = self.n * x / TIGHT + 1  # V r + 1
        r = (grown - 1) / spread
        return self.mean - math.sqrt(2 * grown / r * math.log1p(math.sqrt(grown) / (2 * alpha))) / self.n
