"""Feedback that is not plausible is not learned from: a machine that clicks, or a page that sends what it likes.

Within one cell and one variant, so many visits bring about so many successes. Where there are more than four times as
many as elsewhere, and four standard deviations of that besides, what comes from there is dropped until it is plausible
again. What it is compared with follows what is accepted, and what is dropped by a twentieth: a goal that really is
reached ten times as often from now on is believed within a day or two, a burst is not.

Counts are of one day of exposures. A cell counts from its first success on, which is all that must be remembered.
"""

from __future__ import annotations

import math
from typing import Any, Final

_DAY: Final = 86_400.0
_MOST: Final = 4_096
"""Pairs of cell and variant that are counted; the oldest go first."""
_FEW: Final = 10
"""Visits below which everything is plausible."""
_TIMES: Final = 4.0
_EXPECTED: Final = (1.0, 20.0)
"""Successes and visits, before there are any."""
_DOUBTED: Final = 0.05
"""Weight of what was dropped in what is expected from then on."""

Place = tuple[str, tuple[str, ...]]
"""A variant, and a cell."""


class Guard:
    """Of one model. The same rows in the same order are always judged the same."""

    def __init__(self) -> None:
        self.dropped = 0
        self._day = 0
        self._successes, self._visits = _EXPECTED
        self._counts: dict[Place, list[float]] = {}  # [visits, successes]

    def passes(self, cell: tuple[str, ...], variant: str, reward: float, at: float) -> bool:
        """Whether this row may be learned; `at` is when it was exposed, in seconds since the epoch."""
        self._turn(int(at // _DAY))
        plausible = self._plausible((variant, cell), reward)
        weight = 1.0 if plausible else _DOUBTED
        self._successes += weight * reward
        self._visits += weight
        self.dropped += not plausible
        return plausible

    def _turn(self, day: int) -> None:
        """Begin a new day: counts anew, and what is expected with half its weight."""
        if day > self._day:
            for _ in range(min(day - self._day, 8) if self._day else 0):
                self._successes = (self._successes + _EXPECTED[0]) / 2
                self._visits = (self._visits + _EXPECTED[1]) / 2
            self._day = day
            self._counts.clear()

    def _plausible(self, place: Place, reward: float) -> bool:
        counts = self._counts.get(place)
        if counts is None:
            if reward <= 0:
                return True
            if len(self._counts) >= _MOST:
                del self._counts[next(iter(self._counts))]
            counts = self._counts[place] = [0.0, 0.0]
        counts[0] += 1
        counts[1] += reward
        expected = _TIMES * counts[0] * self._successes / self._visits
        return counts[0] < _FEW or counts[1] <= expected + 4 * math.sqrt(expected)

    def state(self) -> dict[str, Any]:
        """All of it, as JSON."""
        counts = [[variant, *cell, *numbers] for (variant, cell), numbers in self._counts.items()]
        return {
            "dropped": self.dropped,
            "day": self._day,
            "base": [self._successes, self._visits],
            "counts": counts,
        }

    @classmethod
    def of(cls, state: dict[str, Any]) -> Guard:
        """The guard that gave this state. Raises what a wrong shape brings about."""
        guard = cls()
        guard.dropped, guard._day = int(state["dropped"]), int(state["day"])
        guard._successes, guard._visits = map(float, state["base"])
        guard._counts = dict(map(_count, state["counts"]))
        return guard


def _count(row: list[Any]) -> tuple[Place, list[float]]:
    variant, *cell, visits, successes = row
    return (str(variant), tuple(map(str, cell))), [float(visits), float(successes)]
