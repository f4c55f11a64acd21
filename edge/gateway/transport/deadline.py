"""A time limit that moves all the time and is hardly ever reached.

Moving it later costs an assignment: the timer that is already running finds, when it fires, that there is time left,
and sleeps again. A steady connection so pays for one timer per limit, not for one per request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

Late = Callable[[], None]


class Deadline:
    """At most one limit at a time; `late` is called when it passes."""

    __slots__ = ("_due", "_late", "_loop", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: float | None = None
        self._late: Late | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float | None, late: Late) -> None:
        """From now on; None is no limit."""
        if seconds is None:
            self._due = None
            return
        self._late = late
        self._due = due = self._loop.time() + seconds
        timer = self._timer
        if timer is None:
            self._timer = self._loop.call_at(due, self._fire)
        elif timer.when() > due:
            timer.cancel()
            self._timer = self._loop.call_at(due, self._fire)

    def clear(self) -> None:
        """No limit for now."""
        self._due = self._late = None

    def close(self) -> None:
        """No limit ever again."""
        self.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        due, late = self._due, self._late
        if due is None or late is None:
            return
        if self._loop.time() < due:
            self._timer = self._loop.call_at(due, self._fire)
        else:
            self.clear()
            late()
