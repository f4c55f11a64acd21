"""The site's own functions for who asks about a visitor: called as for a page, from where nothing can be awaited.

The calls live on a loop of their own, in a thread that is started for the first question and ends with the process: so
answers are kept, and a function that hangs is left alone, from one question to the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from threading import Lock, Thread
from typing import Final

from edge.clock import Clock
from edge.context import Context
from edge.signals.custom import Calls
from edge.signals.provide import complete
from edge.web.request import Request
from rules.values import UNKNOWN, RuleSet, Value

_PATIENCE: Final = 1.0
"""Seconds for all of them; each keeps its own time, which is shorter."""


class Called:
    """What these functions say. `most` is the longest that a page waits for one, in seconds; so does a question."""

    def __init__(self, most: float, clock: Clock) -> None:
        self._calls = Calls(most, clock, waits=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._starting = Lock()

    def __call__(self, request: Request, rules: RuleSet, given: Collection[str] = ()) -> Mapping[str, Value]:
        """The signals of the functions that the rules ask for and that are not `given`; unknown where one fails."""
        wanted = [call for call in self._calls(rules) if call.name not in given]
        if not wanted:
            return {}
        nothing = Context(dict.fromkeys((call.name for call in wanted), UNKNOWN), request.path, "", {}, 0.0)
        asked = asyncio.run_coroutine_threadsafe(complete(nothing, request, wanted, _PATIENCE), self._running())
        try:
            return asked.result(2 * _PATIENCE)[0].signals
        except TimeoutError:  # a coroutine that blocks, and all others with it
            return nothing.signals

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._starting:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                Thread(target=self._loop.run_forever, name="questions to the site", daemon=True).start()
            return self._loop
