"""How a worker ends when it is told to, by SIGTERM.

The server runs the loop twice: for the start of the app, and to serve. Before the first run and between the two uvloop
hears no signal, and keeps one that comes then until there is another. So SIGTERM is held until the app starts, and
then its handler is Python's own: it puts the farewell on the loop whether that runs or not. And it is only when it
serves that the server knows how to end, so the farewell waits for it.

Time is kept by a thread, since whatever keeps a worker from ending may be the loop itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Awaitable, Callable
from threading import Timer
from typing import Final

from edge.run import listening

_log = logging.getLogger("windsock")

_FAREWELL: Final = 5.0
"""Seconds for WebSockets and event streams to close."""
_LAST: Final = 25.0
"""Seconds for everything, requests that were begun among it; the supervisor's patience is longer."""


def hold_sigterm() -> None:
    """Let SIGTERM wait until somebody hears it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM,))


class Farewell:
    """Of one worker. `leave` asks who would stay for ever to leave; `last` is done before it is cut off."""

    def __init__(self, leave: Callable[[float], Awaitable[None]], port: int, last: Callable[[], None]) -> None:
        self._leave, self._port, self._last = leave, port, last
        self._begun: asyncio.Task[None] | None = None

    def await_sigterm(self) -> None:
        """From now on SIGTERM ends this process, also one that was held; called on its loop."""
        loop = asyncio.get_running_loop()

        def told(*_: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended
                loop.call_soon_threadsafe(self._begin)

        loop.remove_signal_handler(signal.SIGTERM)  # the server's
        signal.signal(signal.SIGTERM, told)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))

    def _begin(self) -> None:
        self._begun = self._begun or asyncio.ensure_future(self._say())

    async def _say(self) -> None:
        """Before the server drains: it waits for requests, hangs up on WebSockets, and event streams have no end."""
        timer = Timer(_LAST, self._cut)
        timer.daemon = True
        timer.start()
        await listening(self._port)
        await self._leave(_FAREWELL)
        os.kill(os.getpid(), signal.SIGINT)  # on which the server drains, as it does on SIGTERM where nobody else acts

    def _cut(self) -> None:
        """End what is still not over; the supervisor would only do that with more noise."""
        _log.warning("visitors whose requests took more than %.0f s to end were cut off", _LAST)
        try:
            self._last()
        finally:
            os._exit(0)
