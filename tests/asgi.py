"""Talking to an ASGI app in this process: one request, the messages of one, or a whole lifespan."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge.web.asgi import App, Message, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def field(self, name: str) -> list[str]:
        """All values of a field, in order."""
        return [value.decode("latin-1") for key, value in self.headers if key == name.encode()]


@dataclass
class Page:
    """An app that answers with one page and remembers what it was asked."""

    body: bytes | Sequence[bytes] = b""
    headers: Iterable[tuple[bytes, bytes]] = ((b"content-type", b"text/html; charset=utf-8"),)
    status: int = 200
    scopes: list[Scope] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        self.scopes.append(scope)
        await receive()
        await send({"type": "http.response.start", "status": self.status, "headers": list(self.headers)})
        chunks = [self.body] if isinstance(self.body, bytes) else list(self.body)
        for chunk in chunks[:-1]:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": chunks[-1]})

    def asked(self, name: str) -> list[str]:
        """All values of a field of the last request."""
        return [value.decode("latin-1") for key, value in self.scopes[-1]["headers"] if key == name.encode()]


async def ask(
    app: App,
    target: str = "/",
    *fields: tuple[str, str],
    method: str = "GET",
    scheme: str = "http",
    host: str = "site.example",
) -> Said:
    """One request without a body; raises what the app raises."""
    path, _, query = target.partition("?")
    headers = [(b"host", host.encode()), *((k.lower().encode(), v.encode("latin-1")) for k, v in fields)]
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "client": ("192.0.2.1", 50000),
        "server": ("127.0.0.1", 80),
    }
    messages: list[Message] = []
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()  # the visitor stays
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    start = next(message for message in messages if message["type"] == "http.response.start")
    body = b"".join(message.get("body", b"") for message in messages if message["type"] == "http.response.body")
    return Said(start["status"], tuple(start["headers"]), body)


class Talk:
    """One request as a server hands it on: `to` is what the app receives, `next` what it sends."""

    def __init__(self, app: Any, scope: dict[str, Any]) -> None:
        self._app = app
        self._scope = {"asgi": {"version": "3.0"}, "path": "/", "query_string": b"", "headers": [], **scope}
        self.to, self.came = asyncio.Queue[Message](), asyncio.Queue[Message]()

    async def __aenter__(self) -> Talk:
        self._over = asyncio.ensure_future(self._app(self._scope, self.to.get, self.came.put))
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.wait_for(self._over, 5)
        await self._app.aclose()

    async def next(self) -> Message:
        """What is sent next."""
        return await asyncio.wait_for(self.came.get(), 5)


class Life:
    """A server's side of the lifespan protocol, and of some requests in between."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._to, self._from = asyncio.Queue[Message](), asyncio.Queue[Message]()
        self.state: dict[str, Any] = {}

    async def __aenter__(self) -> Life:
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": self.state}
        self.over = asyncio.ensure_future(self._app(scope, self._to.get, self._from.put))
        await self._tell("startup")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._tell("shutdown")
        await self.over

    async def _tell(self, what: str) -> None:
        await self._to.put({"type": f"lifespan.{what}"})
        answer = await asyncio.wait_for(self._from.get(), 5)
        assert answer["type"] == f"lifespan.{what}.complete", answer
