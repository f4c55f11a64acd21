"""Simulated visitors: each walks through the site as its visit was drawn, and notes what it saw.

A visitor keeps its one cookie or refuses it, follows redirects and links, and reads between pages. All of them share
one connection pool and one event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from edge.demo.window import Window
from loadtest.reading import Shown, cache_hit, decide_ms, follow, shown
from loadtest.visitors import Visit

MOST_REDIRECTS: Final = 5
CAFE: Final = "/cafe"
LANDING: Final = 12.0
"""Seconds from the first to the last passenger of a boat."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One answer, as one visitor saw it."""

    persona: str
    path: str
    first: bool  # whether a visit began with it
    status: int  # 0: there was no answer
    shown: tuple[Shown, ...] = ()
    hit: bool | None = None  # whether the edge's cache answered; None: it did not say
    decide_ms: float | None = None
    why: str = ""  # there was no answer

    @property
    def failed(self) -> bool:
        """Whether a person would call it broken."""
        return not 200 <= self.status < 400

    @property
    def failure(self) -> str:
        """What was wrong, in a few words."""
        return f"status {self.status}" if self.status else f"no answer ({self.why})"


Note = Callable[[Sight], None]


def browser(site: str, token: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Make what all visitors browse with: no cookie of one reaches another. `token` is the edge's debug token."""
    headers = {"X-Windsock-Debug": token, "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    nothing_kept = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
    return httpx.AsyncClient(
        base_url=site, headers=headers, cookies=nothing_kept, trust_env=False, timeout=15, transport=transport
    )


async def crowd(
    client: httpx.AsyncClient, visits: Iterator[Visit], people: int, note: Note, window: Window | None = None
) -> None:
    """Send visitors, `people` at a time, until cancelled; `note` takes each sight as it comes."""
    async with asyncio.TaskGroup() as group:
        for number in range(people):
            group.create_task(_come_and_go(client, visits, note, number * 0.15, window))


async def boat(client: httpx.AsyncClient, visits: Iterator[Visit], people: int, note: Note) -> None:
    """Let people come at once, and all of them go to the café first; each leaves when its visit is over."""
    async with asyncio.TaskGroup() as group:
        for number in range(people):
            visit = next(visits)
            hungry = replace(visit, persona=replace(visit.persona, start=CAFE, referer=""))
            group.create_task(_come_once(client, hungry, note, number * LANDING / people))


async def _come_once(client: httpx.AsyncClient, visit: Visit, note: Note, delay: float) -> None:
    await asyncio.sleep(delay)
    await Walk(client, visit, note).through()


async def _come_and_go(
    client: httpx.AsyncClient, visits: Iterator[Visit], note: Note, delay: float, window: Window | None
) -> None:
    await asyncio.sleep(delay)
    while True:
        await Walk(client, next(visits), note, window).through()


class Walk:
    """One visit under way."""

    def __init__(self, client: httpx.AsyncClient, visit: Visit, note: Note, window: Window | None = None) -> None:
        self._client, self._visit, self._note, self._window = client, visit, note, window
        self._cookie = ""
        self._came_from: str | None = None  # None: from wherever the persona comes from
        self._first = True
        self._shown: tuple[Shown, ...] = ()  # on the last page

    async def through(self, rest: float = 1.0) -> None:
        """Open the first page, then follow links; `rest` is how long the last page is read, in seconds."""
        page = await self._open(self._visit.persona.start)
        for step in self._visit.steps:
            await asyncio.sleep(step.pause)
            path = follow(page, step.luck)
            if path is None:
                return
            page = await self._open(path)
        await asyncio.sleep(rest)

    async def _open(self, path: str) -> str:
        """Give the page at `path`, or where it redirects to; empty when it failed."""
        response = await self._ask(path)
        for _ in range(MOST_REDIRECTS):
            if response is None or not response.has_redirect_location:
                break
            path = _path(urljoin(path, response.headers["location"]))
            response = await self._ask(path)
        self._came_from = str(self._client.base_url.join(path))
        page = response.text if response and response.is_success else ""
        if self._window:
            await self._window.look(self._visit.persona, page, self._shown, self._fields())
        return page

    async def _ask(self, path: str) -> httpx.Response | None:
        try:
            response = await self._client.get(path, headers=self._fields())
        except httpx.TransportError as error:
            self._saw(Sight(self._visit.persona.name, path, self._first, 0, why=type(error).__name__))
            return None
        self._keep(response)
        self._saw(
            Sight(
                self._visit.persona.name,
                path,
                self._first,
                response.status_code,
                shown=shown(response.headers.get("x-windsock-decisions", "")),
                hit=cache_hit(response.headers.get("cache-status", "")),
                decide_ms=decide_ms(response.headers.get("server-timing", "")),
            )
        )
        return response

    def _fields(self) -> dict[str, str]:
        fields = dict(self._visit.persona.fields(self._came_from))
        return fields | {"Cookie": self._cookie} if self._cookie else fields

    def _saw(self, sight: Sight) -> None:
        self._first, self._shown = False, sight.shown
        self._note(sight)

    def _keep(self, response: httpx.Response) -> None:
        if self._visit.keeps_cookies:
            for field in response.headers.get_list("set-cookie"):
                self._cookie = _pair(field) or self._cookie


def _pair(field: str) -> str:
    """Give `windsock=7` from a Set-Cookie field; empty when it is another cookie."""
    try:
        morsel = SimpleCookie(field).get("windsock")
    except CookieError:
        return ""
    return f"windsock={morsel.value}" if morsel else ""


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
