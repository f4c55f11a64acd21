"""The badge: what a preview link forces and until when, said on the page itself.

It stands before `</body>`: a box of plain elements that can be folded and read without any style, in the letters of
every charset. Its looks are a file of the same site, since a page's security policy may forbid styles in the markup;
where that is forbidden too it is a plain paragraph at the end of the page. A page that cannot be edited has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape
from typing import Final

from edge.decisions.values import Decision
from edge.middleware.answer import is_markup, is_whole
from edge.middleware.personal import labelled, reframed, unframed
from edge.middleware.preview import Preview
from edge.pages.body import decode
from edge.pages.charset import charset_of
from edge.pages.values import Untouched
from edge.web import plain
from edge.web.asgi import Message, Send
from edge.web.fields import every, first, without
from edge.web.request import Headers, Request

STYLESHEET: Final = b"/_windsock/preview.css"

_CSS: Final = b"""\
#windsock-preview, #windsock-preview * { all: revert; box-sizing: border-box; }
#windsock-preview {
  position: fixed; inset: auto auto 1rem 1rem; z-index: 2147483647;
  max-width: min(24rem, calc(100vw - 2rem)); max-height: 60vh; overflow: auto;
  padding: 0.75rem 1rem; border: 2px solid #fff; border-radius: 0.5rem;
  background: #14213d; color: #fff; box-shadow: 0 0.25rem 1rem rgb(0 0 0 / 40%);
  font: 0.875rem/1.4 system-ui, sans-serif; text-align: start;
}
#windsock-preview summary { cursor: pointer; font-weight: 700; }
#windsock-preview ul { margin: 0.5rem 0; padding-inline-start: 1.25rem; overflow-wrap: anywhere; }
#windsock-preview p { margin: 0.25rem 0; }
#windsock-preview a { color: #ffd166; }
#windsock-preview :focus-visible { outline: 2px solid #ffd166; outline-offset: 2px; }
@media (max-width: 30rem) {
  #windsock-preview { inset: auto 0 0 0; max-width: none; border-width: 2px 0 0; border-radius: 0; }
}
@media print { #windsock-preview { display: none; } }
"""

_OF_THE_STYLESHEET: Final[Headers] = (
    (b"content-type", b"text/css"),
    (b"cache-control", b"max-age=3600"),
    (b"x-content-type-options", b"nosniff"),
)
_UNCACHED: Final[Headers] = (
    (b"x-robots-tag", b"noindex, nofollow"),
    (b"referrer-policy", b"strict-origin"),  # the link is nobody else's business
)
_OURS: Final = frozenset({b"cache-control", b"x-robots-tag", b"referrer-policy", b"accept-ranges"})


async def stylesheet(send: Send, *, head: bool) -> None:
    """Answer with the badge's looks."""
    fields = (
        (b"content-type", b"text/css"),
        (b"cache-control", b"max-age=3600"),
        (b"x-content-type-options", b"nosniff"),
    )
    await plain.respond(send, 200, fields, _CSS, head=head)


@dataclass(frozen=True, slots=True)
class Badge:
    """What is said on the page."""

    preview: Preview
    decisions: tuple[Decision, ...]
    request: Request
    zone: tzinfo

    @property
    def markup(self) -> bytes:
        """The elements, in ASCII; well-formed also as XML."""
        items = "".join(f"<li>{each}</li>" for each in self._items())
        said = f"<ul>{items}</ul><p>Valid until {escape(self._until())}. This visit is not counted.</p>"
        if not self.preview.expires:
            said = "<p>This preview link has expired. This is the page as visitors get it.</p>"
        query = b"?" + self.request.query_string if self.request.query_string else b""
        address = escape((self.request.raw_path + query).decode("latin-1"))
        text = (
            f'<link rel="stylesheet" href="{STYLESHEET.decode()}"/><aside id="windsock-preview" aria-label="Preview">'
            f'<details open="open"><summary>Preview</summary>{said}'
            f'<p><a href="{address}">See the page as it is</a></p></details></aside>'
        )
        return text.encode("ascii", "xmlcharrefreplace")

    def _items(self) -> Iterator[str]:
        """What is forced, and what of it is not shown here."""
        shown = {decision.experience: decision for decision in self.decisions}
        for experience, variant in self.preview.variants.items():
            said = f"{escape(experience)}: <b>{escape(variant)}</b>"
            yield said + _but(variant, shown.get(experience))
        for written in self.preview.signals:
            name, _, value = written.partition("=")
            yield f"{escape(name)} is <b>{escape(value)}</b>"

    def _until(self) -> str:
        return f"{datetime.fromtimestamp(self.preview.expires, self.zone):%Y-%m-%d %H:%M} ({self.zone})"


def _but(variant: str, decision: Decision | None) -> str:
    """What is to be said where another variant is shown than the one that is forced."""
    if decision is not None and decision.reason == "off":
        return " (not shown: it is switched off)"
    if decision is None or decision.reason != "preview":
        return " (not shown)"
    if decision.variant != variant:
        return f" (not shown: a placeholder of it has no value here; this is {escape(decision.variant or '')})"
    return ""


class Badged:
    """Passes an answer on that only this visitor may keep, with the badge if it is a page."""

    def __init__(self, send: Send, badge: Badge, limit: int) -> None:
        self._send, self._badge, self._limit = send, badge, limit
        self._start: Message | None = None  # held back, while the page comes
        self._held = bytearray()

    async def send(self, message: Message) -> None:
        """Take one message of the answer."""
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] != "http.response.body" or self._start is None:
            await self._send(message)
        else:
            self._held += message.get("body", b"")
            more = message.get("more_body", False)
            if len(self._held) > self._limit:
                await self._let_go(self._start["headers"], bytes(self._held), more=more)
            elif not more:
                await self._end()

    async def _begin(self, message: Message) -> None:
        headers: Headers = tuple((name.lower(), value) for name, value in message.get("headers", ()))
        untouchable = b"no-transform" in (word.lower() for word in every(headers, b"cache-control"))
        control = b"private, no-store, no-transform" if untouchable else b"private, no-store"
        kept = (*without(labelled(headers), _OURS), (b"cache-control", control), *_UNCACHED)
        page = is_markup(kept) and is_whole(message["status"]) and not untouchable
        if page and self._badge.request.method == "HEAD":
            kept, page = unframed(kept), False
        message = {**message, "headers": list(kept)}
        if page:
            self._start = message
        else:
            await self._send(message)

    async def _end(self) -> None:
        """The page is here: with the badge, or as it is where it cannot be edited."""
        headers: Headers = tuple(self._start["headers"]) if self._start else ()
        body = bytes(self._held)
        page = decode(body, (first(headers, b"content-encoding") or b"").decode("latin-1"), self._limit)
        kind = (first(headers, b"content-type") or b"").decode("latin-1")
        if isinstance(page, Untouched) or charset_of(page, kind) is None:
            await self._let_go(headers, body, more=False)
            return
        page = inserted(page, self._badge.markup)
        await self._let_go(reframed(headers, len(page), gzipped=False), page, more=False)

    async def _let_go(self, headers: Iterable[tuple[bytes, bytes]], body: bytes, *, more: bool) -> None:
        start, self._start, self._held = self._start, None, bytearray()
        await self._send({**(start or {}), "headers": list(headers)})
        await self._send({"type": "http.response.body", "body": body, "more_body": more})


def inserted(page: bytes, markup: bytes) -> bytes:
    """The page with some markup at the end of its body, or of all where nothing says where that is."""
    lower = page.lower()
    at = max(lower.rfind(b"</body"), lower.rfind(b"</html") if b"</body" not in lower else -1)
    return page[:at] + markup + page[at:] if at >= 0 else page + markup
