"""The body of a beacon: bounded in bytes before it is read, and in seconds."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

from edge.beacon.said import LONGEST
from edge.web.asgi import Receive
from edge.web.request import Request

PATIENCE: Final = 5.0
"""Seconds for a body to come."""

Missing = Literal["large", "slow", "gone"]
"""Why there is no body; `gone`: its sender has left."""


async def whole(request: Request, receive: Receive, patience: float = PATIENCE) -> bytes | Missing:
    """The body, whether it says its length beforehand or not."""
    length = request.fields.get(b"content-length", b"")
    if length.isdigit() and int(length[:20]) > LONGEST:
        return "large"
    try:
        async with asyncio.timeout(patience):
            return await _read(receive)
    except TimeoutError:
        return "slow"


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
