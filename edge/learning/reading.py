"""Closed rows of one experience, in the order in which they were committed, each of them once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edge.events.log import Exposure, Log, Outcome
from edge.learning.join import over

BATCH: Final = 2_000
"""Rows that are read at once."""

_AHEAD: Final = 86_400.0
"""Seconds that a row may be ahead of now; what is further ahead was written while a clock was wrong."""
_AGAIN: Final = 60.0
"""Seconds after which a row that is not closed is looked at again, whatever it says."""

Row = tuple[Exposure, list[Outcome]]


class Reading:
    """Has passed on all rows of an experience up to the `seq` `upto`; `longest`: the longest window that is waited for.

    Rows come in the order of the log: one that is not closed yet keeps back those behind it. `wanted` says which are
    passed on; nobody waits for the others.
    """

    def __init__(self, experience: str, longest: float, wanted: Callable[[Exposure], bool], upto: int = 0) -> None:
        self.experience, self.upto = experience, upto
        self.due = 0.0  # when the next row is closed, once it is known
        self._closed = 0.0  # when the last one was, while there may be more
        self._longest, self._wanted = longest, wanted

    def next(self, log: Log, now: float, last: int) -> tuple[list[Row], bool]:
        """The next rows, and whether there may be more at once. `last`: the latest `seq` of the log."""
        if self.upto >= last or now < self.due:
            return [], False
        found = log.exposures(self.upto, BATCH, self.experience)
        ripe, upto = [], self.upto
        for seq, exposure in found:
            if self._wanted(exposure) and not _misdated(exposure, log, now, last):
                if over(exposure, self._longest) > now:
                    self.due = min(over(exposure, self._longest), now + _AGAIN)
                    break
                ripe.append(exposure)
            upto = seq
        else:
            upto = upto if len(found) == BATCH else max(upto, last)
        outcomes = log.outcomes_of([exposure.decision for exposure in ripe])
        self.upto = upto
        more = upto < last and now >= self.due
        self._closed = over(ripe[-1], self._longest) if more and ripe else 0.0
        return [(exposure, outcomes.get(exposure.decision, [])) for exposure in ripe], more

    def lag(self, now: float) -> float:
        """Seconds that the oldest closed row has waited."""
        return max(now - self._closed, 0.0) if self._closed else 0.0


def _misdated(row: Exposure, log: Log, now: float, last: int) -> bool:
    """Whether a row is of a day that has yet to come while the latest is not: nobody waits for that day."""
    return row.at > now + _AHEAD and any(latest.at <= now + _AHEAD for _, latest in log.exposures(last - 1, 1))
