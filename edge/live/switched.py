"""Rules and switches for an app that has no control process beside it: `windsock off` writes the file, the app sees it.

There is no publisher and nobody to ask: what the file says holds, a second later at most.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path
from typing import Final

from edge.edition import EVERYTHING
from edge.live.current import Current, Document
from edge.live.switches import Off, load, told

_log = logging.getLogger("windsock")

_EVERY: Final = 1.0
"""Seconds between two looks."""


class Switched:
    """Hands documents on with what is off by the file; nothing is off without one, everything by a damaged one."""

    def __init__(self, current: Current, file: Path | None) -> None:
        self._current, self._file = current, file
        self._off = self._written()
        self._document: Document | None = None
        self._one = threading.Lock()

    def take(self, document: Document) -> bool:
        """Let these rules serve; False when they cannot be used."""
        with self._one:
            if not self._current.take({**document, "off": sorted(self._off)}):
                return False
            self._document = document
            return True

    def look(self) -> None:
        """See whether something has been switched."""
        with self._one:
            off = self._written()
            if off != self._off and self._document is not None:
                self._off = off
                _log.warning("%s", told(off))
                self._current.take({**self._document, "off": sorted(off)})

    async def watch(self) -> None:
        """Look once a second, for ever."""
        while self._file is not None:
            await asyncio.sleep(_EVERY)
            await asyncio.to_thread(self.look)

    def _written(self) -> Off:
        try:
            return load(self._file) if self._file is not None else frozenset()
        except ValueError as error:
            _log.error("%s; switch as it should be, with windsock off or windsock on", error)
            return frozenset({EVERYTHING})
