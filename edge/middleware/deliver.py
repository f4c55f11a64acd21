"""Sending a body that is here as a whole, no faster than the visitor reads it."""

from __future__ import annotations

import asyncio
from typing import Final

from edge.web.asgi import Send
from edge.web.cut import Cut

PART: Final = 64 * 1024
"""Bytes of one message: so many wait in the server for a visitor, and not the whole page."""


async def deliver(send: Send, body: bytes, idle: float) -> None:
    """Send a body to its end; `Cut` when the visitor reads nothing for `idle` seconds."""
    if len(body) <= PART:
        await send({"type": "http.response.body", "body": body, "more_body": False})
        return
    for at in range(0, len(body), PART):
        part = {"type": "http.response.body", "body": body[at : at + PART], "more_body": at + PART < len(body)}
        try:
            async with asyncio.timeout(idle):
                await send(part)
        except TimeoutError as error:
            raise Cut("the visitor does not read") from error
