"""`/_windsock/choice`: what is known in this very request, what is stored on the device, and how to say no.

For people, as a page that works with scripts and every style sheet switched off; for programs that ask for it, as
JSON. Whoever opts out gets one cookie that says so, and nothing is drawn, counted or learned for that device any more.
The page that says so carries the snippet, which finds nothing to measure there and removes what the tab keeps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Final, Literal
from urllib.parse import parse_qs

import orjson

from edge.middleware.labels import label, place
from edge.signals import session
from edge.signals.session import Session
from edge.web import cookie, plain
from edge.web.asgi import Receive, Send
from edge.web.consent import Consent
from edge.web.fields import every
from edge.web.request import Headers, Request
from edge.web.sender import from_here
from rules.values import UNKNOWN, Signals, Value

PATH: Final = b"/_windsock/choice"
STYLE: Final = b"/_windsock/choice.css"
_LONGEST: Final = 1024
"""Bytes of an answer to the one question there is."""
_PATIENCE: Final = 5.0
"""Seconds for those bytes."""

_GUARD: Final[Headers] = (
    (b"cache-control", b"no-store"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self'; frame-ancestors 'none';"
        b" base-uri 'none'",
    ),
)
_SAID: Final[Headers] = ((b"content-type", b"text/plain; charset=utf-8"), *_GUARD)
_FOLDER: Final = files("edge.middleware")
_PAGE: Final = Template((_FOLDER / "choice.html").read_text("utf-8"))
_CSS: Final = (_FOLDER / "choice.css").read_bytes()

State = Literal["in", "out", "strict"]
"""Takes part; has opted out; or nothing may be stored for this visitor anyway (by the browser's wish or the site's)."""

_SAYS: Final[Mapping[State, tuple[str, str, str]]] = {
    "in": (
        "Pages of this site may differ with the facts below. Where chance decides which form you see, your browser "
        "keeps a number from 0 to 4095, so that you see the same form next time. Thousands of people share a number.",
        "off",
        "Leave me out",
    ),
    "out": (
        "You have left. Your browser keeps the word “off” so that this stays so; nothing is drawn for you and nothing "
        "you do is counted. Pages still follow plain rules, such as the language that you read.",
        "on",
        "Take part again",
    ),
    "strict": (
        "Nothing new is stored on your device, nothing is drawn for you, and nothing you do is counted: your browser "
        "or this site has asked for that. Pages still follow plain rules, such as the language that you read.",
        "",
        "",
    ),
}
_FORGETTING: Final = '<script src="/_windsock/w.js" defer></script>\n'
_FORGET: Final = ("on", "Forget what is stored")
"""Choice and button for a device that keeps something of before."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the page tells."""

    state: State
    stored: cookie.Stored
    session: Session | None
    signals: Signals

    @property
    def keeps(self) -> bool:
        """Whether the device has anything that could be forgotten."""
        return self.stored is not None or self.session is not None


def known(request: Request, signals: Signals, consent: Consent) -> Known:
    """What is known of this request, on a site with this rule."""
    stored = cookie.read(request.headers)
    strict = consent.of(request, None if stored == "off" else stored) == "strict"
    state: State = "strict" if strict else "out" if stored == "off" else "in"
    told = {name: value for name, value in signals.items() if value != UNKNOWN}
    return Known(state, stored, session.stored(request), {name: told[name] for name in sorted(told, key=place)})


async def answer(request: Request, told: Known, receive: Receive, send: Send) -> None:
    """The page, or JSON for who prefers it; on POST the visitor's choice is kept and the page shown again."""
    if request.method == "POST":
        await _choose(request, receive, send)
    elif request.method not in ("GET", "HEAD"):
        await plain.respond(send, 405, ((b"allow", b"GET, HEAD, POST"), *_GUARD))
    else:
        wants_json = b"application/json" in every(request.headers, b"accept")
        kind, body = _json(told) if wants_json else _html(told)
        headers = ((b"content-type", kind), (b"vary", b"accept"), *_GUARD)
        await plain.respond(send, 200, headers, body, head=request.method == "HEAD")


async def style(request: Request, send: Send) -> None:
    """The page's style sheet."""
    headers = ((b"content-type", b"text/css; charset=utf-8"), (b"cache-control", b"public, max-age=3600"))
    await plain.respond(send, 200, headers, _CSS, head=request.method == "HEAD")


async def _choose(request: Request, receive: Receive, send: Send) -> None:
    choice = _chosen(await _body(receive))
    if not from_here(request):
        await plain.respond(send, 403, _SAID, b"This choice was sent by another site, so it does not count.\n")
    elif choice not in ("off", "on"):
        await plain.respond(send, 400, _SAID, b"Send choice=off to leave, choice=on to take part again.\n")
    else:
        kept = cookie.off(request.scheme == "https") if choice == "off" else cookie.forgotten()
        had = (cookie.forgotten(cookie.SESSION),) if session.stored(request) else ()
        await plain.respond(send, 303, ((b"location", PATH), kept, *had, *_GUARD))


def _chosen(body: bytes) -> str:
    """What a form or a JSON object says; empty for anything else."""
    if body.lstrip()[:1] == b"{":
        try:
            said = orjson.loads(body)
        except orjson.JSONDecodeError:
            return ""
        return str(said.get("choice", ""))
    return parse_qs(body.decode("latin-1")).get("choice", [""])[0]


async def _body(receive: Receive) -> bytes:
    """The body of a request, as far as it can be an answer; nothing when it does not come in time."""
    body, more = b"", True
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while more and len(body) <= _LONGEST:
                message = await receive()
                body += message.get("body", b"")
                more = message.get("more_body", False)
    return b"" if more or len(body) > _LONGEST else body


def _json(told: Known) -> tuple[bytes, bytes]:
    visit = told.session and {"pages": told.session.pages, "returning": told.session.returning}
    said = {"state": told.state, "stored": told.stored, "session": visit, "signals": told.signals}
    return b"application/json", orjson.dumps(said, option=orjson.OPT_INDENT_2)


def _html(told: Known) -> tuple[bytes, bytes]:
    words, choice, button = _SAYS[told.state]
    if not choice and told.keeps:
        choice, button = _FORGET
    form = f'<form method="post"><button name="choice" value="{choice}">{button}</button></form>' if choice else ""
    rows = "\n".join(_row(name, value) for name, value in told.signals.items() if not name.startswith("utm."))
    facts = f"<table>\n{rows}\n</table>" if rows else "<p><strong>At the moment nothing is known.</strong></p>"
    forget = "" if told.state == "in" else _FORGETTING
    page = _PAGE.substitute(words=words, stored=" and ".join(_stored(told)), form=form, facts=facts, forget=forget)
    return b"text/html; charset=utf-8", page.encode("utf-8", "replace")


def _stored(told: Known) -> Iterator[str]:
    """What the device keeps, in words."""
    if told.stored is not None:
        yield "the word “off”" if told.stored == "off" else f"the number {told.stored}"
    if told.session is not None:
        pages = "1 page" if told.session.pages == 1 else f"{told.session.pages} pages"
        yield f"that you have seen {pages}{', and had been here before' if told.session.returning else ''}"
    if not told.keeps:
        yield "nothing"


def _row(name: str, value: Value) -> str:
    shown = _ANSWERS.get(value, "") if isinstance(value, bool) else str(value)
    return f'<tr><th scope="row">{escape(label(name))}</th><td>{escape(shown[:200])}</td></tr>'


_ANSWERS: Final = {True: "yes", False: "no"}
