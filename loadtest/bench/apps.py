"""Two apps to compare with: the least that an ASGI app can do, and a proxy on httpx as its documentation shows it."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import httpx

from loadtest.bench.page import page

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

ORIGIN: Final = "BENCH_ORIGIN"
"""The environment variable with the origin's URL."""

_PAGE: Final = page()
_FIELDS: Final = ((b"content-type", b"text/html"), (b"content-length", b"%d" % len(_PAGE)))


async def bare(scope: Message, receive: Receive, send: Send) -> None:
    """Send the page, whatever is asked for."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": _FIELDS})
        await send({"type": "http.response.body", "body": _PAGE})
    else:
        await _lifespan(receive, send)


class Proxy:
    """Streams what `httpx.AsyncClient` is told by the origin."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(base_url=os.environ.get(ORIGIN, ""), trust_env=False)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Ask the origin for the same path with the same fields."""
        if scope["type"] != "http":
            async with self._client:
                await _lifespan(receive, send)
            return
        request = self._client.build_request(scope["method"], scope["path"], headers=scope["headers"])
        answer = await self._client.send(request, stream=True)
        try:
            await send({"type": "http.response.start", "status": answer.status_code, "headers": answer.headers.raw})
            async for part in answer.aiter_raw():
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            await answer.aclose()


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


proxy: Final = Proxy()
