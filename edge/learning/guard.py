"""Feedback that is not plausible is not learned from: a machine that clicks, or a page that sends what it likes.

In one place, so many visits bring about so many successes. Where there are more than four times as many as is usual,
and four standard deviations of that besides, what comes from there is dropped until it is plausible again. There are
three sorts of places: each cell of a variant, within a day; each variant and the whole model, within an hour. A machine
that always looks the same is found in its cell, and what others do goes on; one that looks different each time is found
in the coarser places.

What is usual follows what is accepted, and what is dropped by a twentieth: a goal that really is reached ten times as
often from now on is believed within a day or two, a burst is not. An hour is compared with what was usual before it,
so that a burst cannot make itself usual. Three times as often is never doubted, nor is a goal that a quarter of the
visits or more reach. A suspicion halves with each hour: a burst of many hours is not learned from anew in each. A place
counts from its first success on, which is all that must be remembered.
"""

from __future__ import annotations

import math
from typing import Any, Final

_HOUR: Final = 3_600.0
_DAY: Final = 86_400.0
_MOST: Final = 4_096
"""Places of one sort that are counted; the oldest go first."""
_FEW: Final = 10
"""Visits below which everything is plausible."""
_TIMES: Final = 4.0
_EXPECTED: Final = (1.0, 20.0)
"""Successes and visits, before there are any."""
_KNOWN: Final = 200.0
"""Visits after which an hour can be compared with those before it."""
_DOUBTED: Final = 0.05
"""Weight of what was dropped in what is usual from then on."""

Place = tuple[str, ...]
"""Nothing: the whole model. A variant. A variant and the values of a cell."""


class Span:
    """Visits and successes by place, within an hour or a day of exposures."""

    def __init__(self, seconds: float) -> None:
        self.number = 0  # which one it is, since the epoch
        self.counts: dict[Place, list[float]] = {}  # [visits, successes]
        self._seconds = seconds

    def turn(self, at: float, usual: float) -> int:
        """Go on to the span of this moment, with what is left of suspicions: how many have ended."""
        number = int(at // self._seconds)
        if number <= self.number:
            return 0
        ended, self.number = (number - self.number if self.number else 0), number
        left = 0.5 ** (ended * self._seconds / _HOUR)
        self.counts = {
            place: [left * visits, left * successes]
            for place, (visits, successes) in self.counts.items()
            if left * successes >= 1 and not _plausible(visits, successes, usual)
        }
        return ended

    def plausible(self, place: Place, reward: float, usual: float) -> bool:
        """Count a visit, and say whether there are no more successes than there may be at this usual rate."""
        counts = self.counts.get(place)
        if counts is None:
            if reward <= 0:
                return True
            if len(self.counts) >= _MOST:
                del self.counts[next(iter(self.counts))]
            counts = self.counts[place] = [0.0, 0.0]
        counts[0] += 1
        counts[1] += reward
        return _plausible(counts[0], counts[1], usual)

    def plain(self) -> list[Any]:
        """All of it, as JSON."""
        return [self.number, [[*place, *counts] for place, counts in self.counts.items()]]

    @classmethod
    def of(cls, seconds: float, plain: list[Any]) -> Span:
        """The span that gave this."""
        span, (number, rows) = cls(seconds), plain
        span.number = int(number)
        span.counts = {tuple(map(str, row[:-2])): [float(row[-2]), float(row[-1])] for row in rows}
        return span


class Guard:
    """Of one model. The same rows in the same order are always judged the same."""

    def __init__(self) -> None:
        self.dropped = 0
        self._successes, self._visits = _EXPECTED
        self._before = 0.0  # what was usual before this hour; 0: too little is known
        self._hour, self._day = Span(_HOUR), Span(_DAY)

    def passes(self, cell: tuple[str, ...], variant: str, reward: float, at: float) -> bool:
        """Whether this row may be learned; `at` is when it was exposed, in seconds since the epoch."""
        usual = self._successes / self._visits
        if self._hour.turn(at, self._before or usual):
            self._before = usual if self._visits >= _KNOWN else 0.0
        for _ in range(min(self._day.turn(at, usual), 8)):  # what was usual counts half
            self._successes = (self._successes + _EXPECTED[0]) / 2
            self._visits = (self._visits + _EXPECTED[1]) / 2
        plausible = self._plausible(cell, variant, reward, usual)
        weight = 1.0 if plausible else _DOUBTED
        self._successes += weight * reward
        self._visits += weight
        self.dropped += not plausible
        return plausible

    def _plausible(self, cell: tuple[str, ...], variant: str, reward: float, usual: float) -> bool:
        """What is doubted in a finer place does not speak against the coarser ones."""
        before = self._before or usual
        return (
            (not cell or self._day.plausible((variant, *cell), reward, usual))
            and self._hour.plausible((variant,), reward, before)
            and self._hour.plausible((), reward, before)
        )

    def state(self) -> dict[str, Any]:
        """All of it, as JSON."""
        usual = [self._successes, self._visits, self._before]
        return {"dropped": self.dropped, "usual": usual, "hour": self._hour.plain(), "day": self._day.plain()}

    @classmethod
    def of(cls, state: dict[str, Any]) -> Guard:
        """The guard that gave this state. Raises what a wrong shape brings about."""
        guard = cls()
        guard.dropped = int(state["dropped"])
        guard._successes, guard._visits, guard._before = map(float, state["usual"])
        guard._hour, guard._day = Span.of(_HOUR, state["hour"]), Span.of(_DAY, state["day"])
        return guard


def _plausible(visits: float, successes: float, usual: float) -> bool:
    expected = _TIMES * visits * usual
    return visits < _FEW or successes <= expected or successes <= expected + 4 * math.sqrt(expected)
