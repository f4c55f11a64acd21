"""How many pages were asked for: counted by whom visitors ask, told once a second to the world."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from edge.web.asgi import Scope

_EVERY: Final = 1.0
"""Seconds between two counts."""


class Pages:
    """A counter; `tell` is called with what came since the last time."""

    def __init__(self, tell: Callable[[int], None]) -> None:
        self._tell, self._count = tell, 0

    def asked(self, scope: Scope) -> None:
        """Somebody asked for that. Pictures and scripts (names with a dot), WebSockets and our own are no pages."""
        path: str = scope["path"]
        if scope["type"] == "http" and "." not in path[path.rfind("/") :] and not path.startswith("/_windsock/"):
            self._count += 1

    async def run(self) -> None:
        """Tell, for ever."""
        while True:
            await asyncio.sleep(_EVERY)
            count, self._count = self._count, 0
            self._tell(count)
