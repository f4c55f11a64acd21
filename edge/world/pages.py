"""How many pages were asked for: counted by whom visitors ask, told once a second to the world."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

_EVERY: Final = 1.0
"""Seconds between two counts."""


class Pages:
    """A counter; `tell` is called with what came since the last time."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell, self._count = tell, 0

    def asked(self, path: str) -> None:
        """Somebody asked for that path. Pictures and scripts are no pages: their names have a dot; ours are none."""
        if "." not in path[path.rfind("/") :] and not path.startswith("/_windsock/"):
            self._count += 1

    async def run(self) -> None:
        """Tell, for ever."""
        while True:
            await asyncio.sleep(_EVERY)
            count, self._count = self._count, 0
            self._tell(count)
