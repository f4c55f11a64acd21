"""The door: a small app in front of the edge that lets a person look at the shop as somebody else.

`/as/` introduces the personas, with place, time and weather as the edge believes them now. `/as/NAME` hands out a
cookie of the demo and sends the browser to that persona's first page; from then on every request goes to the edge with
the persona's fields in place of the browser's. The edge sees an ordinary visitor: nothing in it knows of this door.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from http.cookies import CookieError, SimpleCookie
from importlib.resources import files
from string import Template
from typing import Final

import httpx

from edge.demo.belief import NOTHING, Belief, beliefs
from edge.gateway.forward import Gateway
from edge.gateway.forwarding import Forwarding
from edge.telemetry.metrics import Metrics
from edge.telemetry.trouble import Trouble
from edge.web.asgi import App, Receive, Scope, Send
from edge.web.fields import without
from edge.web.peer import Trust
from edge.web.request import Headers
from loadtest.visitors import PERSONAS, Persona, persona

COOKIE: Final = "windsock-demo-persona"

SITE_VARIABLE: Final = "DEMO_SITE"
"""The environment variable with the edge's URL."""

_ANY_NAME: Final = "http://leeside.example"

_REPLACED: Final = frozenset(
    {
        *(b"user-agent", b"accept-language", b"sec-gpc", b"dnt", b"save-data"),
        *(b"sec-ch-ua", b"sec-ch-ua-mobile", b"sec-ch-ua-platform"),
        *(b"cf-ipcountry", b"cf-region-code", b"cf-ipcity", b"cf-ipcontinent", b"cf-timezone"),
        *(b"cf-iplatitude", b"cf-iplongitude"),
    }
)
"""What a browser says of itself, and a persona says instead."""


def app() -> Door:
    """Make the door for the process that serves it; the edge's URL comes from the environment."""
    edge = httpx.URL(os.environ[SITE_VARIABLE])
    return Door(Gateway(httpx.AsyncHTTPTransport(), edge, Passing(Trust(())), Trouble(Metrics())))


class Passing(Forwarding):
    """Forwards like a gateway, but without leaving its name: to the edge this must be a visitor, not a proxy."""

    def fields(self, scope: Scope, authority: bytes, *, uploads: bool = False) -> list[tuple[bytes, bytes]] | None:
        """Give the persona's fields alone."""
        ours = frozenset({b"via", b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"})
        fields = super().fields(scope, authority, uploads=uploads)
        return None if fields is None else list(without(fields, ours))


class Door:
    """A plain ASGI app around `site`, the edge."""

    def __init__(self, site: App) -> None:
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if path in ("/as", "/as/"):
            await _page(send, 200, await self._introductions())
        elif path.startswith("/as/"):
            await self._step_in(send, path.removeprefix("/as/"))
        else:
            await self._site(disguised(scope), receive, send)

    async def _step_in(self, send: Send, name: str) -> None:
        who = persona(name)
        if who is None:
            await _page(send, 404, await self._introductions())
            return
        forget = "windsock=; Path=/; Max-Age=0"  # somebody else has another bucket
        cookies = (f"{COOKIE}={who.name}; Path=/; HttpOnly; SameSite=Lax", forget)
        await _answer(send, 302, {"Location": who.start, "Cache-Control": "no-store"}, cookies=cookies)

    async def _introductions(self) -> bytes:
        edge = httpx.ASGITransport(self._site)
        async with httpx.AsyncClient(transport=edge, base_url=_ANY_NAME, trust_env=False) as client:
            believed = await beliefs(client)
        people = "\n".join(_card(who, believed.get(who.name, NOTHING)) for who in PERSONAS)
        return Template((files("edge.demo") / "door.html").read_text("utf-8")).substitute(people=people).encode()


def disguised(scope: Scope) -> Scope:
    """Give the request as the persona of its cookie would send it; without one it stays the browser's own."""
    headers: Headers = tuple(scope["headers"])
    who = persona(_cookie(headers))
    return {**scope, "headers": _fields(who, headers)} if who else scope


def _fields(who: Persona, headers: Headers) -> Headers:
    """Replace what the browser says of itself; a first page was linked from where the persona comes from."""
    browsers = dict(headers).get(b"referer", b"").decode("latin-1")
    inside = browsers and "/as/" not in browsers
    kept = without(headers, _REPLACED | {b"referer"} | (frozenset() if who.cookies else {b"cookie"}))
    own = who.fields(browsers if inside else None)
    return (*kept, *((name.lower().encode(), value.encode("latin-1")) for name, value in own))


def _cookie(headers: Headers) -> str:
    jar = SimpleCookie()
    for name, value in headers:
        if name == b"cookie":
            try:
                jar.load(value.decode("latin-1"))
            except CookieError:
                continue
    return jar[COOKIE].value if COOKIE in jar else ""


def _card(who: Persona, believed: Belief) -> str:
    told = " · ".join(filter(None, (believed.city, believed.clock(datetime.now(UTC)), believed.sky)))
    here = f"<em>{escape(told)}</em>" if told else ""
    return (
        f'<li><a href="/as/{who.name}"><strong>{escape(who.name.replace("-", " "))}</strong>{here}'
        f"<span>{escape(who.sentence)}</span><code>{escape(who.start)}</code></a></li>"
    )


async def _page(send: Send, status: int, body: bytes) -> None:
    await _answer(send, status, {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}, body)


async def _answer(
    send: Send, status: int, fields: Mapping[str, str], body: bytes = b"", cookies: tuple[str, ...] = ()
) -> None:
    pairs = [*fields.items(), *(("Set-Cookie", cookie) for cookie in cookies)]
    headers = [(name.lower().encode(), value.encode()) for name, value in pairs]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
