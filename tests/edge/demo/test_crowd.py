"""Simulated visitors walk through the shop, which really answers them."""

from __future__ import annotations

import asyncio
from itertools import repeat

import httpx
import pytest

from edge.demo.crowd import Sight, Walk, browser, crowd
from edge.demo.shop.app import app as shop
from edge.web.asgi import App, Receive, Scope, Send
from loadtest.visitors import Persona, Step, Visit

SOMEONE = Persona("someone", "Is here.", "Agent/1", "en", referer="https://elsewhere.example/")


def seen(app: App, visit: Visit) -> list[Sight]:
    sights: list[Sight] = []

    async def walk() -> None:
        async with browser("http://shop", "a-token", httpx.ASGITransport(app)) as client:
            await Walk(client, visit, sights.append).through(rest=0)

    asyncio.run(walk())
    return sights


def visit(*lucks: float, start: str = "/", keeps_cookies: bool = True) -> Visit:
    who = Persona("someone", "Is here.", "Agent/1", "en", start=start, referer="https://elsewhere.example/")
    return Visit(who, keeps_cookies, tuple(Step(luck, 0.0) for luck in lucks))


class Site:
    """Answers with these header fields and a link, and remembers what it was sent."""

    def __init__(self, *fields: tuple[str, str], status: int = 200) -> None:
        self.fields, self.status = fields, status
        self.asked: list[dict[str, str]] = []

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        self.asked.append({name.decode(): value.decode() for name, value in scope["headers"]})
        headers = [(name.encode(), value.encode()) for name, value in self.fields]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": b'<a href="/next">on</a>'})


def test_a_visit_opens_its_first_page_and_follows_links() -> None:
    sights = seen(shop, visit(0.1, 0.9, 0.5))
    assert len(sights) == 4
    assert [sight.first for sight in sights] == [True, False, False, False]
    assert not any(sight.failed for sight in sights)


def test_a_page_that_is_not_there_has_failed_and_ends_the_visit() -> None:
    sights = seen(shop, visit(0.5, start="/nowhere"))
    assert [(sight.status, sight.failed) for sight in sights] == [(404, True)]


def test_the_first_page_was_linked_from_elsewhere_and_the_next_from_the_first() -> None:
    site = Site()
    seen(site, visit(0.5))
    assert [asked["referer"] for asked in site.asked] == ["https://elsewhere.example/", "http://shop/"]


def test_a_kept_cookie_comes_back_with_the_next_page() -> None:
    site = Site(("set-cookie", "windsock=7; Path=/; HttpOnly"))
    seen(site, visit(0.5))
    assert [asked.get("cookie") for asked in site.asked] == [None, "windsock=7"]


def test_a_refused_cookie_does_not_come_back() -> None:
    site = Site(("set-cookie", "windsock=7; Path=/; HttpOnly"))
    seen(site, visit(0.5, keeps_cookies=False))
    assert [asked.get("cookie") for asked in site.asked] == [None, None]


def test_another_sites_cookie_is_not_taken_for_ours() -> None:
    site = Site(("set-cookie", "session=7"), ("set-cookie", "bad cookie;;="))
    seen(site, visit(0.5))
    assert [asked.get("cookie") for asked in site.asked] == [None, None]


def test_every_request_carries_the_debug_token() -> None:
    site = Site()
    seen(site, visit())
    assert site.asked[0]["x-windsock-debug"] == "a-token"


def test_what_the_edge_says_of_a_page_is_noted() -> None:
    site = Site(
        ("x-windsock-decisions", "hero=rain;p=0.5;r=split"),
        ("cache-status", "windsock; hit"),
        ("server-timing", "windsock;dur=1, decide;dur=0.25"),
    )
    (sight,) = seen(site, visit())
    assert (sight.shown[0].variant, sight.hit, sight.decide_ms) == ("rain", True, 0.25)


def test_a_redirect_is_seen_and_followed_within_the_site() -> None:
    site = Site(("location", "/de/?from=welcome"), status=302)
    sights = seen(site, visit())
    assert [sight.path for sight in sights[:2]] == ["/", "/de/?from=welcome"]


def test_redirects_without_end_are_left() -> None:
    assert len(seen(Site(("location", "/"), status=302), visit())) == 6


def test_no_answer_is_a_failed_page() -> None:
    async def gone(*_: object) -> None:
        raise httpx.ConnectError("nobody there")

    (sight,) = seen(gone, visit())
    assert (sight.status, sight.failed) == (0, True)


def test_the_crowd_comes_until_it_is_sent_home() -> None:
    sights: list[Sight] = []

    async def some_time() -> None:
        async with browser("http://shop", "", httpx.ASGITransport(shop)) as client:
            await crowd(client, repeat(visit(0.5)), 3, sights.append)

    async def until_closing_time() -> None:
        await asyncio.wait_for(some_time(), 0.5)

    with pytest.raises(TimeoutError):
        asyncio.run(until_closing_time())
    assert sum(sight.first for sight in sights) >= 3
