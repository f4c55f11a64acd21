"""The answer on its way to the visitor: streamed as it comes, or held back to be edited.

One object for one request, as the answer passes it message by message. An answer that nothing is changed in streams
through. A page with forms to apply is collected up to `max_page_bytes`, edited, and sent whole; whatever goes wrong
on the way, the bytes of the origin are still there to be sent as they came.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

from edge.middleware import personal
from edge.middleware.plan import Plan
from edge.middleware.timing import Stopwatch
from edge.middleware.visit import Visit
from edge.web import validator
from edge.web.asgi import Message, Send
from edge.web.fields import every, first
from edge.web.request import Headers


@dataclass(frozen=True, slots=True)
class Composed:
    """What composing made of a page."""

    body: bytes
    gzipped: bool


class Compose(Protocol):
    """From a page to the visitor's page."""

    async def __call__(self, plan: Plan, headers: Headers, body: bytes, gzip: bool) -> Composed | None:
        """Apply the forms of a plan; None leaves the page as it came."""

    def too_large(self) -> None:
        """Count a page that was let go because of its size."""


class Answer:
    """Passes one answer on. `began` tells whether anything has been sent."""

    def __init__(self, visit: Visit, plan: Plan, send: Send, compose: Compose, watch: Stopwatch, limit: int) -> None:
        self.plan = plan
        self.visit, self._send = visit, send
        self._compose, self._watch, self._limit = compose, watch, limit
        self.status = 0
        self._headers: Headers = ()
        self._held: list[bytes] | None = None
        self._size = 0
        self._muted = False
        self._markup = self._page = False
        self.began = False

    async def send(self, message: Message) -> None:
        """Take one message of the app behind us."""
        if message["type"] == "http.response.start":
            await self._start(message)
        elif message["type"] == "http.response.body":
            await self._body(message)
        elif not self._muted:  # early hints and the like
            await self._send(message)

    async def _start(self, message: Message) -> None:
        self.status = message["status"]
        self._headers = tuple((name.lower(), value) for name, value in message.get("headers", ()))
        self._markup = is_markup(self._headers)
        self._page = self._markup and is_whole(self.status)
        if self._page and self.plan.forms:
            if self.visit.head:
                self._watch.origin_has_answered()
                await self._begin(personal.unframed(self._headers), b"")
            else:
                self._held = []
            return
        self._watch.origin_has_answered()
        await self._begin(self._headers, self._tag_of_origins())

    def _tag_of_origins(self) -> bytes:
        """The validator of a personal answer that streams; a part of a page has none, for the whole may be edited."""
        origins = first(self._headers, b"etag") or first(self._headers, b"last-modified")
        of_whole = self._page or not self.plan.private_page
        return validator.of(origins, self.visit.variants) if origins and self._personal and of_whole else b""

    async def _body(self, message: Message) -> None:
        if self._muted:
            return
        if self._held is None:
            await self._send(message)
            return
        self._held.append(message.get("body", b""))
        self._size += len(self._held[-1])
        if self._size > self._limit:
            self._compose.too_large()
            await self._let_go(more=message.get("more_body", False))
        elif not message.get("more_body", False):
            await self._edit(b"".join(self._held))

    async def _edit(self, body: bytes) -> None:
        self._watch.origin_has_answered()
        edited = await self._compose(self.plan, self._headers, body, self.visit.gzip)
        if edited is None:
            await self._begin(self._headers, self._tag(body))
        else:
            body = edited.body
            await self._begin(personal.reframed(self._headers, len(body), edited.gzipped), self._tag(body))
        if not self._muted:
            await self._send({"type": "http.response.body", "body": body, "more_body": False})

    async def _let_go(self, *, more: bool) -> None:
        self._watch.origin_has_answered()
        body, self._held = b"".join(self._held or ()), None
        await self._begin(self._headers, b"")
        await self._send({"type": "http.response.body", "body": body, "more_body": more})

    @property
    def _personal(self) -> bool:
        page = self._page or (self._markup and self.status == HTTPStatus.PARTIAL_CONTENT)
        unchanged = self.status == HTTPStatus.NOT_MODIFIED and self.visit.asks_for_page
        return self.plan.private or (self.plan.private_page and (page or unchanged))

    def _tag(self, body: bytes) -> bytes:
        return validator.of(body) if self.status == HTTPStatus.OK else b""

    async def _begin(self, headers: Headers, tag: bytes) -> None:
        """Send the start: labelled when personal, and 304 without a body when the visitor has these very bytes."""
        if self._personal:
            headers = personal.labelled(headers, tag)
        if tag and self.status == HTTPStatus.OK and validator.unchanged(self.visit.headers, tag):
            self.status, self._muted = HTTPStatus.NOT_MODIFIED, True
            headers = personal.unframed(headers)
        self.began = True
        self.visit.begins(self.status, self._watch.total())
        self.visit.met(self.plan, self.status, page=self._page)
        added = self.visit.fields(self.plan, self.status, page=self._page)
        status = _cache_status(headers)
        start = [*(pair for pair in headers if pair[0] != b"cache-status"), status, self._watch.field(), *added]
        await self._send({"type": "http.response.start", "status": self.status, "headers": start})
        if self._muted:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def is_markup(headers: Headers) -> bool:
    """Whether this is what a person reads as a page, whole or in part."""
    media_type = (first(headers, b"content-type") or b"").partition(b";")[0].strip().lower()
    return media_type in (b"text/html", b"application/xhtml+xml")


def is_whole(status: int) -> bool:
    """Whether this answer is all of a page, and not an error of the origin's."""
    partial = status in (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.PARTIAL_CONTENT)
    return (HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and not partial) or status == HTTPStatus.NOT_FOUND


def _cache_status(headers: Headers) -> tuple[bytes, bytes]:
    """Our member behind those of the caches nearer to the origin (RFC 9211 §2)."""
    return (b"cache-status", b", ".join([*every(headers, b"cache-status"), b"windsock; fwd=bypass"]))
