"""`/_windsock/choice`: what is known in this very request, what is stored on the device, and how to say no.

For people, as a page without scripts that works with every style sheet switched off; for programs that ask for it, as
JSON. Whoever opts out gets one cookie that says so, and nothing is drawn, counted or learned for that device any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Final, Literal
from urllib.parse import parse_qs

import orjson

from edge.context import Context
from edge.web import cookie, plain
from edge.web.asgi import Receive, Send
from edge.web.fields import every
from edge.web.request import Headers, Request
from rules.values import UNKNOWN, Value
from rules.vocabulary import COMMON, Own, signal

PATH: Final = b"/_windsock/choice"
STYLE: Final = b"/_windsock/choice.css"
_LONGEST: Final = 1024
"""Bytes of an answer to the one question there is."""

_GUARD: Final[Headers] = (
    (b"cache-control", b"no-store"),
    (b"x-robots-tag", b"noindex"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
)
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
        "Nothing is stored on your device, nothing is drawn for you, and nothing you do is counted: your browser or "
        "this site has asked for that. Pages still follow plain rules, such as the language that you read.",
        "",
        "",
    ),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the page tells."""

    state: State
    stored: cookie.Stored
    signals: Mapping[str, Value]


def known(request: Request, context: Context, *, strict: bool) -> Known:
    """What is known of this request. `strict`: the site stores nothing for anybody."""
    stored = cookie.read(request.headers)
    gpc = request.fields.get(b"sec-gpc", b"").strip() == b"1"
    state: State = "strict" if strict or gpc else "out" if stored == "off" else "in"
    signals = {name: value for name, value in context.signals.items() if value != UNKNOWN}
    return Known(state, stored, dict(sorted(signals.items())))


async def answer(request: Request, told: Known, receive: Receive, send: Send, own: Own = COMMON) -> None:
    """The page, or JSON for who prefers it; on POST the visitor's choice is kept and the page shown again."""
    if request.method == "POST":
        await _choose(request, receive, send)
    elif request.method not in ("GET", "HEAD"):
        await plain.respond(send, 405, ((b"allow", b"GET, HEAD, POST"), *_GUARD))
    else:
        wants_json = b"application/json" in every(request.headers, b"accept")
        kind, body = _json(told) if wants_json else _html(told, own)
        headers = ((b"content-type", kind), (b"vary", b"accept"), *_GUARD)
        await plain.respond(send, 200, headers, body, head=request.method == "HEAD")


async def style(request: Request, send: Send) -> None:
    """The page's style sheet."""
    headers = ((b"content-type", b"text/css; charset=utf-8"), (b"cache-control", b"public, max-age=3600"))
    await plain.respond(send, 200, headers, _CSS, head=request.method == "HEAD")


async def _choose(request: Request, receive: Receive, send: Send) -> None:
    choice = _chosen(await _body(receive))
    if not _from_here(request):
        await plain.respond(send, 403, _GUARD, b"This choice was sent by another site, so it does not count.\n")
    elif choice not in ("off", "on"):
        await plain.respond(send, 400, _GUARD, b"Send choice=off to leave, choice=on to take part again.\n")
    else:
        kept = cookie.off(request.scheme == "https") if choice == "off" else cookie.forgotten()
        await plain.respond(send, 303, ((b"location", PATH), kept, *_GUARD))


def _from_here(request: Request) -> bool:
    """Whether a page of this site sent it: other sites may not choose for their visitors (Fetch Metadata, Origin)."""
    if request.fields.get(b"sec-fetch-site", b"same-origin") not in (b"same-origin", b"none"):
        return False
    origin = request.fields.get(b"origin")
    host = request.fields.get(b"host", b"").lower()
    return origin is None or origin.lower().rpartition(b"://")[2] == host


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
    """The body of a request, as far as it can be an answer."""
    body, more = b"", True
    while more and len(body) <= _LONGEST:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body if len(body) <= _LONGEST else b""


def _json(told: Known) -> tuple[bytes, bytes]:
    plain_ = {"state": told.state, "stored": told.stored, "signals": told.signals}
    return b"application/json", orjson.dumps(plain_, option=orjson.OPT_INDENT_2)


def _html(told: Known, own: Own) -> tuple[bytes, bytes]:
    words, choice, button = _SAYS[told.state]
    stored = {None: "nothing", "off": "the word “off”"}.get(told.stored, f"the number {told.stored}")  # type: ignore[arg-type]  # a number is none of them
    form = f'<form method="post"><button name="choice" value="{choice}">{button}</button></form>' if choice else ""
    rows = "\n".join(_row(name, value, own) for name, value in told.signals.items())
    page = _PAGE.substitute(words=words, stored=stored, form=form, rows=rows)
    return b"text/html; charset=utf-8", page.encode("utf-8", "replace")


def _row(name: str, value: Value, own: Own) -> str:
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f'<tr><th scope="row">{escape(_about(name, own))}</th><td>{escape(shown[:200])}</td></tr>'


def _about(name: str, own: Own) -> str:
    """What a signal is, in the words of the rules' vocabulary."""
    try:
        return signal(name, own).about.partition(";")[0].partition(":")[0]
    except ValueError:
        return name
