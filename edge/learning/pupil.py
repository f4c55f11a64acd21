"""One model and the rows that it learns from: what it reads of the log, and what it makes of it."""

from __future__ import annotations

from typing import Any

from edge.events.log import Exposure, Log
from edge.learning.course import Course, signals_of
from edge.learning.join import reward
from edge.learning.learned import Learned
from edge.learning.reading import Reading


class Pupil:
    """Learns each closed row of its experience that is meant for it, once. Holdout rows never train."""

    def __init__(self, learned: Learned, upto: int = 0, *, anew: bool = True) -> None:
        self.learned = learned
        self.course = learned.course
        self.reading = Reading(self.course.experience, self.course.window, self._wanted, upto)
        self.anew = anew  # it has not caught up with the log since it was made from nothing
        self.problem = ""
        self._own = frozenset((self.course.key, *self.course.heirloom))
        self._places = {key: _places(key, self.course) for key in self._own}

    @classmethod
    def of(cls, course: Course, upto: int, state: Any) -> Pupil:
        """Go on from a state. Raises ValueError when it is none of this course, or damaged."""
        return cls(Learned.of(course, state), upto, anew=False)

    def _wanted(self, row: Exposure) -> bool:
        return row.model in self._own and row.side != "holdout" and not self.course.forgets(row.at)

    def read(self, log: Log, now: float, last: int) -> tuple[int, bool]:
        """Learn what is closed: how many rows that were, and whether there may be more at once."""
        rows, more = self.reading.next(log, now, last)
        for row, outcomes in rows:
            places = self._places[row.model]
            if places is None or len(row.cell) <= max(places, default=-1):
                continue
            cell = tuple([row.cell[place] for place in places])
            success = reward(row, outcomes, self.course.goal, self.course.window)
            self.learned.learn(cell, row.variant, success, row.at, row.p)
        self.anew &= more
        return len(rows), more

    def offer(self, course: Course) -> None:
        """The rules of now: other variants, and nothing else that would make it another course."""
        self.course = self.learned.course = course
        self.learned.offer(course.arms)


def _places(key: str, course: Course) -> list[int] | None:
    """Where in a cell of that model the signals of this course are; None when they are not all there."""
    told = signals_of(key)
    if not set(course.signals) <= set(told):
        return None
    return [told.index(signal) for signal in course.signals]
