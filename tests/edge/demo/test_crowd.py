"""Simulated visitors walk through the shop, which really answers them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import islice, repeat
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge.demo import crowd as crowds
from edge.demo.crowd import Sight, Walk, boat, browser, crowd
from edge.demo.play import FIRST_BOAT, PASSENGERS, PASSERS, PEOPLE, SEED
from edge.demo.shop.app import app as shop
from edge.demo.window import SLOWEST, SOONEST, passers_by
from edge.signals.load import Rate, level
from edge.web.asgi import App, Receive, Scope, Send
from loadtest.visitors import Persona, Step, Visit, visits
from rules.compile import compile as compile_
from rules.load import load

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


def test_who_comes_by_boat_goes_to_the_cafe_first_and_leaves_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowds, "LANDING", 0.1)
    sights: list[Sight] = []

    async def landing() -> None:
        async with browser("http://shop", "", httpx.ASGITransport(shop)) as client:
            await boat(client, repeat(visit(0.5)), 5, sights.append)

    asyncio.run(landing())
    assert [sight.path for sight in sights if sight.first] == ["/cafe"] * 5
    assert sum(not sight.first for sight in sights) == 5


def test_a_boat_makes_the_site_busy_and_it_is_calm_again_before_the_next() -> None:
    site = compile_(document()).site
    assert site.load is not None
    look = (SOONEST + SLOWEST) / 2
    passing = opened(passers_by(SEED), PASSERS, 0, 90, 1 + look)
    moments = sorted([*opened(visits(SEED), PEOPLE, 0, 90, 1), *passing, *boarded()])
    rate, heard, word = Rate(), [], "unknown"
    for second in range(1, 90):
        rate.add(sum(second - 1 <= at < second for at in moments), float(second))
        word = level(word, rate.per_minute(float(second)), site.load)
        heard.append(word)
    first, last = heard.index("busy"), len(heard) - 1 - heard[::-1].index("busy")
    assert FIRST_BOAT < first < FIRST_BOAT + 20
    assert first + 5 < last < 60
    assert "quiet" not in heard[10:], "but before the first visitors have come"


def opened(each: Iterator[Visit], people: int, begin: float, end: float, last: float) -> list[float]:
    """The seconds in which a crowd opens its pages, if every page has a link and every answer is there at once.

    `last` is how long the last page of each visit is read, in seconds.
    """
    moments: list[float] = []
    clocks = [begin + number * 0.15 for number in range(people)]
    while min(clocks) < end:
        who = clocks.index(min(clocks))
        clocks[who] = _walked(next(each), clocks[who], moments, last)
    return moments


def boarded() -> list[float]:
    """The seconds in which the passengers of the first boat open theirs."""
    moments: list[float] = []
    for number, one in enumerate(islice(visits(SEED + 1), PASSENGERS)):
        _walked(one, FIRST_BOAT + number * crowds.LANDING / PASSENGERS, moments, 1)
    return moments


def _walked(one: Visit, begin: float, moments: list[float], last: float) -> float:
    """When the last page of a visit has been read."""
    moments.append(begin)
    for step in one.steps:
        begin += step.pause
        moments.append(begin)
    return begin + last


def document() -> Mapping[str, Any]:
    """The rules of the demo."""
    loaded = load(Path(str(files("rules") / "site"))).document
    assert loaded is not None
    return loaded
