"""When a worker that died is replaced: at once, and later and later while the replacements die too.

A supervisor that gives up takes the site down; one that never waits burns the processor that the others need. So the
first replacement comes at once, each further one within a minute waits twice as long as the one before, up to ten
seconds. Time is an argument, in seconds of any steady clock.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

_FIRST: Final = 0.25
_LONGEST: Final = 10.0
"""Seconds before the second replacement, and before any."""
_FORGOTTEN: Final = 60.0
"""Seconds after which a death no longer counts."""


class Relapse:
    """Remembers deaths by worker, and says which workers are due."""

    def __init__(self) -> None:
        self._deaths: defaultdict[int, list[float]] = defaultdict(list)
        self._due: dict[int, float] = {}

    def died(self, worker: int, now: float) -> None:
        """This worker is gone."""
        deaths = [at for at in self._deaths[worker] if now - at < _FORGOTTEN]
        self._deaths[worker] = [*deaths, now]
        self._due[worker] = now + (min(_LONGEST, _FIRST * 2 ** (len(deaths) - 1)) if deaths else 0.0)

    def take(self, now: float) -> list[int]:
        """The workers to replace now; each is named once."""
        due = sorted(worker for worker, at in self._due.items() if at <= now)
        for worker in due:
            del self._due[worker]
        return due

    def wait(self, now: float) -> float | None:
        """Seconds until the next is due; None when nobody is missing."""
        return max(0.0, min(self._due.values()) - now) if self._due else None

    def times(self, workers: int) -> int:
        """How often each of so many workers has died lately, at least."""
        return min(len(self._deaths[worker]) for worker in range(workers))
