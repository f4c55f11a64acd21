"""The farewell of a worker that ends: who may stay for as long as they like is asked to leave.

A request comes to its end and is waited for. A WebSocket or an event stream has none of its own: the one gets a close
with 1001 ("going away", RFC 6455 §7.4.1), the other the end of its body, and browsers connect again, to a worker that
stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

Leave = Callable[[], object]


class Closing:
    """Those who stay, by what makes them leave."""

    def __init__(self) -> None:
        self._staying: set[Leave] = set()
        self._begun = False

    def stays(self, leave: Leave) -> None:
        """Somebody stays, until `left` says otherwise."""
        self._staying.add(leave)
        if self._begun:
            asyncio.get_running_loop().call_soon(leave)

    def left(self, leave: Leave) -> None:
        """They are gone, or were never here."""
        self._staying.discard(leave)

    async def begin(self, patience: float) -> None:
        """Ask them all, and wait until they have left, for so many seconds at most."""
        self._begun = True
        for leave in tuple(self._staying):
            leave()
        end = monotonic() + patience
        while self._staying and monotonic() < end:  # noqa: ASYNC110 - once in the life of a worker
            await asyncio.sleep(0.02)
