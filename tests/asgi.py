"""Talking to an ASGI app in this process, one request at a time."""

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
