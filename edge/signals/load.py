"""How busy the site is: quiet, normal or busy, by pages a minute, with a margin so that it does not flicker.

quiet ──(quiet × (1 + margin))──▶ normal ──(busy)──▶ busy
quiet ◀──(quiet)───────────────── normal ◀──(busy × (1 − margin))── busy
"""

from __future__ import annotations

from collections import deque
from typing import Final

from rules.values import UNKNOWN, Load

SPAN: Final = 20.0
"""Seconds over which pages are counted."""


class Rate:
    """Pages a minute over the last `SPAN` seconds. The clock is passed in.

    What came before the count began counts as nothing: a site that has just started is quiet until a crowd has come,
    and its first visitors are none.
    """

    def __init__(self) -> None:
        self._counted: deque[tuple[float, int]] = deque()
        self._sum = 0

    def add(self, pages: int, now: float) -> None:
        """So many pages were asked for just now."""
        self._counted.append((now, pages))
        self._sum += pages
        self._forget(now)

    def per_minute(self, now: float) -> float:
        """The rate now."""
        self._forget(now)
        return self._sum * 60 / SPAN

    def _forget(self, now: float) -> None:
        while self._counted and not now - SPAN < self._counted[0][0] <= now:
            self._sum -= self._counted.popleft()[1]


def level(was: str, per_minute: float, load: Load | None) -> str:
    """The level that follows from the last one and the rate; unknown where the site has no thresholds."""
    if load is None:
        return UNKNOWN
    busy = load.busy * (1 - load.margin) if was == "busy" else load.busy
    quiet = load.quiet * (1 + load.margin) if was == "quiet" else load.quiet
    if per_minute >= busy:
        return "busy"
    return "quiet" if per_minute < quiet else "normal"
