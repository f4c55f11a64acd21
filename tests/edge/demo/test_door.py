"""The door: a person looks at the shop as somebody else."""

from __future__ import annotations

import asyncio
import re
from http.cookies import SimpleCookie

import httpx
import pytest

from edge.demo.door import COOKIE, Door
from edge.web.asgi import App, Receive, Scope, Send
from loadtest.visitors import PERSONAS, Persona, persona

BROWSER = {"User-Agent": "Browser/1", "Accept-Language": "fr", "Sec-CH-UA-Mobile": "?0", "Accept": "text/html"}


class Site:
    """Stands where the edge is, and remembers what it was sent."""

    def __init__(self) -> None:
        self.fields: list[tuple[str, str]] = []

    async def __call__(self, scope: Scope, _: Receive, send: Send) -> None:
        self.fields = [(name.decode(), value.decode()) for name, value in scope["headers"]]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"the site"})


def ask(path: str, site: App, headers: dict[str, str] | None = None) -> httpx.Response:
    async def once() -> httpx.Response:
        transport = httpx.ASGITransport(Door(site))
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.get(path, headers=BROWSER | (headers or {}))

    return asyncio.run(once())


def sent(name: str, headers: dict[str, str] | None = None) -> dict[str, str]:
    """What the site is sent by a browser that has stepped in as that persona."""
    site = Site()
    ask("/", site, {"Cookie": f"{COOKIE}={name}"} | (headers or {}))
    return dict(site.fields)


def test_everybody_is_introduced_with_a_link() -> None:
    page = ask("/as/", Site()).text
    for one in PERSONAS:
        assert f'href="/as/{one.name}"' in page


def test_everybody_is_introduced_with_place_time_and_weather_as_the_edge_believes_them() -> None:
    async def believing(scope: Scope, _: Receive, send: Send) -> None:
        lisbon = dict(scope["headers"]).get(b"cf-ipcountry") == b"PT"
        told = (
            b'"city": "Lisbon", "timezone": "Europe/Lisbon", "weather": "clear", "temperature": 19' if lisbon else b""
        )
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"signals": {%s}}' % told})

    page = ask("/as/", believing).text
    assert re.findall(r"<em>(.*?)</em>", re.sub(r"\d\d:\d\d", "00:00", page)) == ["Lisbon · 00:00 · clear 19°"]


@pytest.mark.parametrize("one", PERSONAS, ids=lambda one: one.name)
def test_stepping_in_leads_to_the_personas_first_page(one: Persona) -> None:
    answer = ask(f"/as/{one.name}", Site())
    assert answer.status_code == 302
    assert answer.headers["location"] == one.start


def test_stepping_in_hands_out_the_demos_cookie_and_takes_the_bucket_away() -> None:
    cookies = SimpleCookie()
    for field in ask("/as/sofa", Site()).headers.get_list("set-cookie"):
        cookies.load(field)
    assert cookies[COOKIE].value == "sofa"
    assert cookies["windsock"]["max-age"] == "0"


def test_nobody_of_that_name_is_404_with_the_introductions() -> None:
    answer = ask("/as/nobody", Site())
    assert answer.status_code == 404
    assert "/as/sofa" in answer.text


def test_the_site_sees_the_personas_device_and_language() -> None:
    fields = sent("oslo")
    oslo = persona("oslo")
    assert oslo is not None
    assert fields["user-agent"] == oslo.user_agent
    assert fields["accept-language"] == oslo.language
    assert "sec-ch-ua-mobile" not in fields


def test_what_is_not_about_the_persona_stays_the_browsers() -> None:
    assert sent("oslo")["accept"] == "text/html"


def test_a_first_page_was_linked_from_where_the_persona_comes_from() -> None:
    assert sent("oslo")["referer"] == "https://duckduckgo.com/"
    assert sent("oslo", {"Referer": "http://door/as/"})["referer"] == "https://duckduckgo.com/"


def test_a_later_page_was_linked_from_the_page_before() -> None:
    assert sent("oslo", {"Referer": "http://door/camp"})["referer"] == "http://door/camp"


def test_a_persona_that_keeps_its_bucket_sends_it() -> None:
    assert "windsock=7" in sent("oslo", {"Cookie": f"{COOKIE}=oslo; windsock=7"})["cookie"]


def test_a_persona_that_refuses_cookies_sends_none() -> None:
    assert "cookie" not in sent("private", {"Cookie": f"{COOKIE}=private; windsock=7"})


@pytest.mark.parametrize("cookie", ["", f"{COOKIE}=nobody", "=;;=\x01", f'{COOKIE}="'])
def test_without_a_persona_the_browser_is_itself(cookie: str) -> None:
    site = Site()
    ask("/", site, {"Cookie": cookie})
    assert dict(site.fields)["user-agent"] == "Browser/1"
