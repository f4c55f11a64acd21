"""The answer on its way to the visitor: streamed as it comes, or held back to be edited.

One object for one request, as the answer passes it message by message. An answer that nothing is changed in streams
through. A page with forms to apply is held back until it is whole, edited, and sent. It is let go, as the origin made
it, when it grows over `Limits.page`, when there is no room for it, or when it is not whole in `Limits.patience`; and
whatever goes wrong on the way, the bytes of the origin are still there to be sent as they came.

What may take long (editing a large page, a visitor who reads slowly) goes on in a task, so that the app behind us is as
free after its last message as it is with a server. Leaving the context waits for that task.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final

from edge.middleware import personal
from edge.middleware.deliver import deliver
from edge.middleware.desk import Desk
from edge.middleware.hold import Held
from edge.middleware.passing import with_cache_status
from edge.middleware.plan import Plan
from edge.middleware.timing import Stopwatch
from edge.middleware.upstream import may_be_page
from edge.middleware.visit import Visit
from edge.middleware.work import AT_ONCE, off_the_loop
from edge.web import validator
from edge.web.asgi import Message, Send
from edge.web.coding import accepts_gzip
from edge.web.fields import first
from edge.web.read import in_lower_case
from edge.web.request import Headers

_DIGITS: Final = 19  # of a length; a longer one is no length


class Answer:
    """Passes one answer on. `began` tells whether anything has been sent, `whole` whether a held page has its end."""

    def __init__(self, visit: Visit, plan: Plan, send: Send, desk: Desk, watch: Stopwatch) -> None:
        self.visit, self.plan, self._send, self._desk, self._watch = visit, plan, send, desk, watch
        self.began = self.whole = False
        self.status = 0
        self._headers: Headers = ()
        self._held: Held | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None  # what goes on beside the app
        self._muted = self._markup = self._page = False

    async def __aenter__(self) -> Answer:
        """The app may begin."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        """The app has ended: so does the answer. A page that has no end goes out without one."""
        try:
            if self._task is not None and kind is not asyncio.CancelledError:
                await self._task
            if kind is None and self._held is not None and not self.whole:
                await self._let_go()
        finally:
            self._close()

    async def send(self, message: Message) -> None:
        """Take one message of the app behind us."""
        if self._task is not None:
            await self._task
        if message["type"] == "http.response.start" and not self.status:
            await self._start(message)
        elif message["type"] == "http.response.body":
            await self._body(message)
        elif not self.whole:  # early hints and the like
            if self.status and self._held is not None:
                await self._let_go()
            await self._send(message)

    async def _start(self, message: Message) -> None:
        self.status = message["status"]
        self._headers = in_lower_case(message.get("headers", ()))
        self._markup = is_markup(self._headers)
        self._page = self._markup and is_whole(self.status)
        if self.plan.measured is not None and self.status != HTTPStatus.OK:
            self.plan = replace(self.plan, measured=None)
        if not (self._page and self.plan.holds):
            await self._stream(self._headers, self._tag_of_origins())
        elif self.visit.request.method == "HEAD":
            await self._stream(self._described(personal.unframed(self._headers), b""), b"")
        else:
            await self._hold()

    async def _stream(self, headers: Headers, tag: bytes) -> None:
        self._watch.origin_has_answered()
        await self._begin(headers, tag)

    def _tag_of_origins(self) -> bytes:
        """The validator of a personal answer that streams; a part of a page has none, for the whole may be edited."""
        origins = first(self._headers, b"etag") or first(self._headers, b"last-modified")
        of_whole = self._page or not self.plan.private_page
        return validator.of(origins, self.plan.variants) if origins and self._personal and of_whole else b""

    async def _hold(self) -> None:
        """Hold the page back, if its length says nothing against it."""
        self._held = Held(self._desk.room)
        reason = self._reason_against(_length(self._headers))
        if reason:
            await self._let_go(reason)
        else:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(self._desk.limits.patience, self._out_of_patience)

    def _reason_against(self, size: int) -> str:
        """Why a page of this size cannot be held; empty when it can."""
        if size > self._desk.limits.page:
            return "too-large"
        return "" if self._held is None or self._held.fits(size) else "no-room"

    async def _body(self, message: Message) -> None:
        if self._held is None:
            if not self._muted:
                await self._send(message)
        elif not self.whole:
            self._held.add(message.get("body", b""))
            self.whole = not message.get("more_body", False)
            reason = self._reason_against(self._held.size)
            if reason:
                await self._let_go(reason)
            elif self.whole:
                await self._end()

    async def _end(self) -> None:
        """The page is here. A small one goes out before the app goes on; for a large one it need not wait."""
        self._stop_waiting()
        if self._held is not None and self._held.size > AT_ONCE:
            self._go_on(self._finish())
        else:
            await self._finish()

    async def _finish(self) -> None:
        """Edit the page and send it."""
        if self._held is None:
            return
        self._watch.origin_has_answered()
        headers, body = self._headers, self._held.joined()
        composed = await self._desk.compose(self.plan, headers, body, accepts_gzip(self.visit.request.headers))
        if composed is not None and not self._held.fits(len(composed.body)):
            self._desk.compose.leave(self.plan, "no-room")
            composed = None
        if composed is not None:
            body, tag = composed.body, composed.tag
            headers = self._described(personal.reframed(headers, len(body), composed.gzipped), tag)
        elif self._personal:
            tag = await off_the_loop(validator.of, body)
        else:
            tag = first(headers, b"etag") or b""
        await self._begin(headers, tag if self.status == HTTPStatus.OK else b"")
        if not self._muted:
            await deliver(self._send, body, self._desk.limits.idle)

    def _described(self, headers: Headers, tag: bytes) -> Headers:
        """The fields of a page that is changed: a personal one is labelled later."""
        return headers if self._personal else personal.redescribed(headers, tag)

    async def _let_go(self, reason: str = "") -> None:
        """Send what is held as it came; the rest streams. Without a reason nobody has to know (a visitor who left)."""
        self._stop_waiting()
        held, self._held = self._held, None
        if held is None:
            return
        try:
            if reason:
                self._desk.compose.leave(self.plan, reason)
            await self._stream(self._headers, b"")
            parts = held.parts or [b""]
            for number, part in enumerate(parts, 1):
                more = not self.whole or number < len(parts)
                await self._send({"type": "http.response.body", "body": part, "more_body": more})
        finally:
            held.close()

    def _go_on(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.ensure_future(work)

    def _out_of_patience(self) -> None:
        self._go_on(self._let_go("late"))

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()

    def _close(self) -> None:
        self._stop_waiting()
        if self._held is not None:
            self._held.close()
        if self._task is not None and (self._task.cancel() or self._task.cancelled() or self._task.exception()):
            return  # its failure has been told, or concerns nobody any more

    @property
    def _personal(self) -> bool:
        page = self._page or (self._markup and self.status == HTTPStatus.PARTIAL_CONTENT)
        unchanged = self.status == HTTPStatus.NOT_MODIFIED and may_be_page(self.visit.request)
        return self.plan.private or (self.plan.private_page and (page or unchanged))

    async def _begin(self, headers: Headers, tag: bytes) -> None:
        """Send the start: labelled when personal, and 304 without a body when the visitor has these very bytes."""
        if self._personal:
            headers = personal.labelled(headers, tag)
        if tag and self.status == HTTPStatus.OK and validator.unchanged(self.visit.request.headers, tag):
            self.status, self._muted = HTTPStatus.NOT_MODIFIED, True
            headers = personal.unframed(headers)
        self.began = True
        self.visit.begins(self.status, self._watch.total())
        self.visit.met(self.plan, self.status, page=self._page)
        added = self.visit.fields(self.plan, self.status, page=self._page)
        start = [*with_cache_status(headers), self._watch.field(), *added]
        await self._send({"type": "http.response.start", "status": self.status, "headers": start})
        if self._muted:
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def is_markup(headers: Headers) -> bool:
    """Whether this is what a person reads as a page, whole or in part; not what is saved to a file."""
    media_type = (first(headers, b"content-type") or b"").partition(b";")[0].strip().lower()
    if media_type not in (b"text/html", b"application/xhtml+xml"):
        return False
    return not (first(headers, b"content-disposition") or b"").lstrip().lower().startswith(b"attachment")


def is_whole(status: int) -> bool:
    """Whether this answer is all of a page, and not an error of the origin's."""
    partial = status in (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.PARTIAL_CONTENT)
    return (HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and not partial) or status == HTTPStatus.NOT_FOUND


def _length(headers: Headers) -> int:
    """The length that the answer announces; 0 when it does not."""
    length = first(headers, b"content-length") or b""
    return int(length) if length.isdigit() and len(length) < _DIGITS else 0
