"""One model while it learns: a policy of `online_models`, what guards it, and what is known of its past.

Its state is a function of the course and of the rows that it was given, in their order: whoever gives the same rows to
a fresh one gets the same numbers, to the last bit. Alarms are the exception, since they decide nothing: the windows
that ADWIN keeps (Bifet and Gavaldà, 2007) begin anew when the process does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from edge.learning.course import Course
from edge.learning.guard import Guard

if TYPE_CHECKING:
    from river.drift import ADWIN

    from online_models.snapshot import Model

SCHEMA: Final = 2
_CELLS: Final = 256
"""Cells whose traffic is known."""
_MUCH: Final = 10_000.0
"""Rows after which what was before counts half, in the traffic of cells."""


class Learned:
    """What one model has learned. River is imported when the first one is made."""

    def __init__(self, course: Course) -> None:
        from online_models.policies import make

        self.course = course
        self.policy = make(course.policy, course.arms, course.signals, course.half_life, course.start)
        self.guard = Guard()
        self.rows = 0  # learned
        self.alarms: dict[str, float] = {}  # variant -> when its success last changed for no reason known here
        self.traffic: dict[tuple[str, ...], float] = {}  # rows by cell, the older ones counting less
        self._drift: dict[str, ADWIN] = {}
        self._much = 0.0

    def learn(self, cell: tuple[str, ...], variant: str, reward: float, at: float, p: float) -> bool:
        """One closed row; whether it was learned. Returns False for what the guard drops."""
        if not self.guard.passes(cell, variant, reward, at):
            return False
        self.policy.learn(cell, variant, reward, at, p)
        self.rows += 1
        self._watch(variant, reward, at)
        self._count(cell)
        return True

    def _watch(self, variant: str, reward: float, at: float) -> None:
        window = self._drift.get(variant)
        if window is None:
            from river.drift import ADWIN

            window = self._drift[variant] = ADWIN()  # type: ignore[no-untyped-call]  # River says nothing of its types
        window.update(reward)  # type: ignore[no-untyped-call]
        if window.drift_detected:
            self.alarms[variant] = at

    def _count(self, cell: tuple[str, ...]) -> None:
        if cell not in self.traffic and len(self.traffic) >= _CELLS:
            return
        self.traffic[cell] = self.traffic.get(cell, 0.0) + 1
        self._much += 1
        if self._much > _MUCH:
            self.traffic = {cell: n / 2 for cell, n in self.traffic.items() if n >= 2}
            self._much /= 2

    def offer(self, arms: Iterable[str]) -> None:
        """From now on the rules know these variants; what was learned of others is kept."""
        self.policy.offer(arms)

    def model(self, values: tuple[frozenset[str] | None, ...] = ()) -> Model:
        """Its numbers, for the snapshot; `values`: those to tell apart, by signal."""
        return self.policy.model(values)

    def state(self) -> dict[str, Any]:
        """All that is needed to go on, as JSON."""
        return {
            "schema": SCHEMA,
            "course": self.course.plain(),
            "policy": self.policy.state(),
            "guard": self.guard.state(),
            "rows": self.rows,
            "alarms": self.alarms,
        }

    @classmethod
    def of(cls, course: Course, state: Any) -> Learned:
        """Go on from a state. Raises ValueError when it is none of this course, or damaged."""
        from online_models.policies import NAMES

        try:
            if state["schema"] != SCHEMA or state["course"] != course.plain():
                raise ValueError("the state is of another course")
            learned = cls(course)
            learned.policy = NAMES[course.policy].of(state["policy"])
            learned.guard = Guard.of(state["guard"])
            learned.rows = int(state["rows"])
            learned.alarms = {str(arm): float(at) for arm, at in state["alarms"].items()}
        except (LookupError, TypeError, AttributeError, ArithmeticError) as error:
            raise ValueError(f"the state is damaged ({error!r})") from None
        learned.offer(course.arms)
        return learned
