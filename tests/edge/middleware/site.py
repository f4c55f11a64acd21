"""The pages, rules and visitors of these tests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from edge.edition import Edition
from edge.middleware.personalize import Personalize
from edge.telemetry.metrics import Metrics
from edge.web.asgi import App, Message
from tests.asgi import Said

Make = Callable[..., Edition]
Wrap = Callable[..., Personalize]

BODY = b"<!doctype html><body><section id=hero><h1>Classic</h1></section><p>caf\xc3\xa9</p></body>"
EDITED = BODY.replace(b"<section id=hero><h1>Classic</h1></section>", b"<b>Phone</b>")
TWO = """
experience: hero
purpose: content
where: /
slot: "#hero"
variants: {classic: original, phone: {html: "<b>Phone</b>"}}
choose:
"""
HERO = f"{TWO}  - {{when: {{device: mobile}}, show: phone}}\n"
SPLIT = f"{TWO}  - split: {{classic: 50, phone: 50}}\n"
NAV = """
experience: nav
purpose: content
where: /*
slot: header
variants: {a: original, b: {header: {X-Nav: wide}}}
default: a
choose:
  - split: {a: 50, b: 50}
"""
RULED_NAV = NAV.replace("- split: {a: 50, b: 50}", "- {when: {device: mobile}, show: b}")
HOME = """
experience: home
purpose: content
where: /
slot: path
variants: {one: original, two: {path: /home-b}}
default: one
choose:
  - when: {device: mobile}
    show: two
"""
WELCOME = """
experience: welcome
purpose: content
where: /
slot: redirect
variants: {here: original, german: {redirect: /de/}}
default: here
choose:
  - when: {language: de}
    show: german
"""
PHONE = ("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148")
DEBUG = ("X-Windsock-Debug", "open-sesame")
ORIGINS_OWN = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"etag", b'"origin"'),
    (b"last-modified", b"Sun, 22 Nov 2026 10:00:00 GMT"),
    (b"expires", b"Sun, 22 Nov 2026 12:00:00 GMT"),
    (b"cache-control", b"public, max-age=3600"),
    (b"age", b"5"),
    (b"cdn-cache-control", b"max-age=60"),
    (b"content-digest", b"sha-256=:abc:"),
    (b"netlify-cdn-cache-control", b"public, max-age=99"),
    (b"edge-control", b"max-age=99"),
)


def run(asking: Coroutine[Any, Any, Said]) -> Said:
    """One answer, in a loop of its own."""
    return asyncio.run(asking)


def untouched(metrics: Metrics, reason: str) -> float:
    """How many pages went out as they came, for that reason."""
    metrics.flush()
    return metrics.registry.get_sample_value("windsock_pages_untouched_total", {"reason": reason}) or 0.0


class Visit:
    """A phone's visit of the front page, message by message; it stops reading after so many `reads`."""

    def __init__(self, app: App, reads: int = 1_000_000) -> None:
        self._app, self._may = app, asyncio.Semaphore(reads)
        self._came = asyncio.Queue[Message]()

    async def __aenter__(self) -> Visit:
        """They ask."""
        headers = [(b"host", b"site.example"), (b"user-agent", PHONE[1].encode())]
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
        self.over = asyncio.ensure_future(self._app(scope, self._receive, self._send))
        return self

    async def __aexit__(self, *_: object) -> None:
        """The answer is over."""
        await asyncio.wait_for(self.over, 5)

    async def next(self) -> Message:
        """What comes next."""
        return await asyncio.wait_for(self._came.get(), 5)

    async def all(self) -> list[Message]:
        """All messages of the answer."""
        await asyncio.wait_for(self.over, 5)
        return [self._came.get_nowait() for _ in range(self._came.qsize())]

    def reads(self, more: int) -> None:
        """They read on."""
        for _ in range(more):
            self._may.release()

    async def _receive(self) -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _send(self, message: Message) -> None:
        await self._may.acquire()
        self._came.put_nowait(message)


def said(messages: list[Message]) -> Said:
    """The answer that these messages make."""
    start, *rest = messages
    return Said(start["status"], tuple(start["headers"]), b"".join(message["body"] for message in rest))
