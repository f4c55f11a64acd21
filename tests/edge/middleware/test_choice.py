"""`/_windsock/choice`: what is known, what is stored, and how to leave."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from selectolax.lexbor import LexborHTMLParser

from edge.middleware import choice
from edge.middleware.personalize import Options
from edge.web.asgi import Message
from edge.web.consent import Consent
from edge.web.request import Request
from rules.values import Value
from tests.asgi import Page, ask
from tests.edge.middleware.site import BODY, HERO, PHONE, Make, Wrap, run

SIGNALS: dict[str, Value] = {
    "country": "NO",
    "language": "nb",
    "weekend": False,
    "city": "<b>Oslo</b>",
    "weather": "unknown",
}


def _request(method: str = "GET", **headers: str) -> Request:
    fields = {
        name.replace("_", "-").encode(): value.encode() for name, value in {"host": "shop.example", **headers}.items()
    }
    return Request(
        method, "https", "shop.example", "/_windsock/choice", choice.PATH, b"", tuple(fields.items()), fields
    )


def _ask(request: Request, body: bytes = b"", strict: bool = False) -> tuple[int, dict[str, str], bytes]:
    """Status, fields and body of the answer."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    told = choice.known(request, SIGNALS, Consent("strict" if strict else "exempt"))
    asyncio.run(choice.answer(request, told, receive, send))
    fields = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], fields, sent[1]["body"]


def _page(**headers: str) -> LexborHTMLParser:
    return LexborHTMLParser(_ask(_request(**headers))[2].decode())


def test_the_page_tells_every_fact_that_is_known_and_none_that_is_not() -> None:
    rows = {row.css_first("th").text(): row.css_first("td").text() for row in _page().css("tr")}  # type: ignore[union-attr]
    assert (rows["Country"], rows["Weekend where you are"]) == ("NO", "no")
    assert "unknown" not in rows.values()


def test_what_a_visitor_sent_cannot_become_markup() -> None:
    page = _page()
    assert page.css("td b") == []
    assert "<b>Oslo</b>" in [cell.text() for cell in page.css("td")]


@pytest.mark.parametrize(
    ("stored", "says", "offers"),
    [("", "nothing", "off"), ("windsock=812", "the number 812", "off"), ("windsock=off", "the word “off”", "on")],
)
def test_it_says_what_the_device_keeps_and_offers_the_other_choice(stored: str, says: str, offers: str) -> None:
    page = _page(cookie=stored)
    assert page.css_first("strong").text() == says  # type: ignore[union-attr]
    assert page.css_first("button").attributes["value"] == offers  # type: ignore[union-attr]


@pytest.mark.parametrize(("headers", "strict"), [({"sec_gpc": "1"}, False), ({}, True)])
def test_where_nothing_is_stored_anyway_there_is_nothing_to_choose(headers: dict[str, str], strict: bool) -> None:
    body = _ask(_request(**headers), strict=strict)[2].decode()
    assert "Nothing new is stored on your device" in body
    assert "<form" not in body


def test_a_program_gets_json() -> None:
    _, fields, body = _ask(_request(accept="application/json", cookie="windsock=812"))
    assert fields["content-type"] == "application/json"
    told: dict[str, Any] = orjson.loads(body)
    assert (told["state"], told["stored"], told["signals"]["country"]) == ("in", 812, "NO")


def test_leaving_is_one_cookie_that_says_so_and_nothing_else() -> None:
    status, fields, _ = _ask(_request("POST"), b"choice=off")
    assert (status, fields["location"]) == (303, "/_windsock/choice")
    assert fields["set-cookie"] == "windsock=off; Path=/; HttpOnly; SameSite=Lax; Max-Age=34128000; Secure"


@pytest.mark.parametrize("body", [b"choice=on", b'{"choice": "on"}'])
def test_coming_back_leaves_nothing_on_the_device(body: bytes) -> None:
    assert "Max-Age=0" in _ask(_request("POST"), body)[1]["set-cookie"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"sec_fetch_site": "cross-site"}, b"choice=off", 403),
        ({"origin": "https://evil.example"}, b"choice=off", 403),
        ({"origin": "https://shop.example"}, b"choice=off", 303),
        ({"sec_fetch_site": "same-origin"}, b"choice=off", 303),
        ({"sec_fetch_site": "same-origin", "origin": "https://outside.example"}, b"choice=off", 303),
        ({"sec_fetch_site": "same-site"}, b"choice=off", 403),
        ({"origin": "null"}, b"choice=off", 403),
        ({"origin": "https://www.shop.example", "x_forwarded_host": "www.shop.example"}, b"choice=off", 303),
        ({"origin": "https://www.shop.example", "x_forwarded_host": "WWW.shop.example, inner"}, b"choice=off", 303),
        ({"origin": "https://evil.example", "x_forwarded_host": "www.shop.example"}, b"choice=off", 403),
        ({"origin": "", "x_forwarded_host": ""}, b"choice=off", 403),
        ({}, b"choice=maybe", 400),
        ({}, b"", 400),
        ({}, b"{" * 500, 400),
        ({}, b"choice=off&" + b"x" * 5000, 400),
    ],
)
def test_only_a_page_of_this_site_can_choose_and_only_yes_or_no(
    headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = _ask(_request("POST", **headers), body)
    assert answer[0] == status
    assert ("set-cookie" in answer[1]) is (status == 303)


def test_other_methods_are_refused() -> None:
    assert _ask(_request("DELETE"))[0] == 405


def test_nothing_keeps_the_page_frames_it_or_runs_in_it() -> None:
    _, fields, body = _ask(_request())
    assert fields["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in fields["content-security-policy"]
    assert b"<script" not in body


@pytest.mark.parametrize(
    ("cookie", "says"),
    [
        ("windsock=7; windsock-session=1", "the number 7 and that you have seen 1 page"),
        ("windsock-session=3r", "that you have seen 3 pages, and had been here before"),
        ("windsock-session=nonsense", "nothing"),
    ],
)
def test_it_tells_of_a_session_in_words(cookie: str, says: str) -> None:
    assert _page(cookie=cookie).css_first("strong").text() == says  # type: ignore[union-attr]


def test_a_program_is_told_of_a_session_too() -> None:
    _, _, body = _ask(_request(accept="application/json", cookie="windsock-session=3r"))
    assert orjson.loads(body)["session"] == {"pages": 3, "returning": True}


def test_leaving_takes_a_session_off_the_device() -> None:
    kept = _cookies(_request("POST", cookie="windsock-session=3r"), b"choice=off")
    assert [each.partition(";")[0] for each in kept] == ["windsock=off", "windsock-session="]


def test_what_is_left_of_before_can_be_forgotten() -> None:
    page = LexborHTMLParser(_ask(_request(cookie="windsock=812"), strict=True)[2].decode())
    button = page.css_first("button")
    assert (button.text(), button.attributes["value"]) == ("Forget what is stored", "on")  # type: ignore[union-attr]


def _cookies(request: Request, body: bytes) -> list[str]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(choice.answer(request, choice.known(request, {}, Consent()), receive, send))
    return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]


# In the journey


def test_the_page_tells_what_no_rule_asks_for_too(edition: Make, wrap: Wrap) -> None:
    app = wrap(Page(BODY), edition(hero=HERO))
    answer = run(ask(app, "/_windsock/choice?utm_source=x", ("Accept", "application/json"), PHONE))
    told = orjson.loads(answer.body)["signals"]
    assert (told["device"], told["hour"], told["utm.source"]) == ("mobile", 11, "x")
    assert answer.field("set-cookie") == []


def test_before_there_are_rules_one_can_leave_all_the_same(edition: Make, wrap: Wrap) -> None:
    answer = run(ask(wrap(Page(BODY), None), "/_windsock/choice", ("Accept", "application/json")))
    assert (answer.status, orjson.loads(answer.body)["signals"]) == (200, {})


def test_where_nothing_is_known_the_page_says_so(edition: Make, wrap: Wrap) -> None:
    page = run(ask(wrap(Page(BODY), None), "/_windsock/choice")).body
    assert b"nothing is known" in page
    assert b"<table>" not in page


class Late:
    """A provider that is never done."""

    name = "late"

    async def __call__(self, _: Request) -> dict[str, Value]:
        await asyncio.Event().wait()
        return {}


class Broken(Late):
    """One whose signals cannot be used."""

    async def __call__(self, _: Request) -> dict[str, Value]:
        raise ValueError("no")


@pytest.mark.parametrize("provider", [Late(), Broken()])
def test_a_signal_that_does_not_come_keeps_nobody_from_leaving(edition: Make, wrap: Wrap, provider: Late) -> None:
    app = wrap(Page(BODY), edition(hero=HERO), providers=[provider])
    answer = run(ask(app, "/_windsock/choice", ("Accept", "application/json"), PHONE))
    assert orjson.loads(answer.body)["signals"]["device"] == "mobile"


def test_the_style_sheet_is_a_file_of_the_same_site(edition: Make, wrap: Wrap) -> None:
    app = wrap(Page(BODY), edition(hero=HERO))
    link = LexborHTMLParser(run(ask(app, "/_windsock/choice")).body.decode()).css_first("link")
    sheet = run(ask(app, str(link.attributes["href"])))  # type: ignore[union-attr]
    assert sheet.field("content-type") == ["text/css; charset=utf-8"]
    assert b"color-scheme: light dark" in sheet.body


@pytest.mark.parametrize("consent", [Consent("strict"), Consent("consented", "ok")])
def test_a_site_that_keeps_nothing_says_so(edition: Make, wrap: Wrap, consent: Consent) -> None:
    app = wrap(Page(BODY), edition(hero=HERO), options=Options(consent=consent))
    assert orjson.loads(run(ask(app, "/_windsock/choice", ("Accept", "application/json"))).body)["state"] == "strict"


@pytest.mark.parametrize(
    ("fields", "forgets"), [({"cookie": "windsock=off"}, True), ({"sec_gpc": "1"}, True), ({}, False)]
)
def test_who_is_left_alone_gets_the_file_that_removes_what_a_tab_keeps(fields: dict[str, str], forgets: bool) -> None:
    _, said, body = _ask(_request(**fields))
    assert (b'<script src="/_windsock/w.js" defer></script>' in body) is forgets
    assert "script-src 'self'" in said["content-security-policy"]
