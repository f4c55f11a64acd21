"""The body of a beacon: bounded in bytes before it is read, and in seconds.

A timer for each would cost more than all else that is done for one. So there is a single timer while bodies are waited
for, and each round of it gives up those that have been waited for too long.
"""

from __future__ import annotations

import asyncio
from typing import Final, Literal

from edge.beacon.said import LONGEST
from edge.web.asgi import Receive
from edge.web.request import Request

PATIENCE: Final = 5.0
"""Seconds for a body to come; up to a tenth more until that is seen."""

Missing = Literal["large", "slow", "gone"]
"""Why there is no body; `gone`: its sender has left."""


class Bodies:
    """Those that one event loop waits for."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience, self._round = patience, patience / 10
        self._since: dict[asyncio.Task[object], float] = {}  # in the order in which they began
        self._late: set[asyncio.Task[object]] = set()
        self._looking = False

    async def whole(self, request: Request, receive: Receive) -> bytes | Missing:
        """The body, whether it says its length beforehand or not."""
        length = request.fields.get(b"content-length", b"")
        if length.isdigit() and int(length[:20]) > LONGEST:
            return "large"
        task = self._wait()
        try:
            return await _read(receive)
        except asyncio.CancelledError:
            if task in self._late and task.uncancel() <= 0:
                return "slow"
            raise
        finally:
            del self._since[task]
            self._late.discard(task)

    def _wait(self) -> asyncio.Task[object]:
        task: asyncio.Task[object] = asyncio.current_task()  # type: ignore[assignment]  # each request is one
        loop = task.get_loop()
        self._since[task] = loop.time()
        if not self._looking:
            self._looking = True
            loop.call_later(self._round, self._look, loop)
        return task

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        oldest = loop.time() - self._patience
        for task, since in self._since.items():
            if since > oldest:
                break
            if task not in self._late:
                self._late.add(task)
                task.cancel()
        self._looking = bool(self._since)
        if self._looking:
            loop.call_later(self._round, self._look, loop)


async def _read(receive: Receive) -> bytes | Missing:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return "gone"
        body += bytes(message.get("body", b""))
        if len(body) > LONGEST:
            return "large"
        if not message.get("more_body", False):
            return body
