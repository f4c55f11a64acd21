"""`/_windsock/choice`: what is known, what is stored, and how to leave."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from selectolax.lexbor import LexborHTMLParser

from edge.middleware import choice
from edge.web.asgi import Message
from edge.web.consent import Consent
from edge.web.request import Request
from rules.values import Value

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
    assert rows["the visitor's country, two letters of ISO 3166"] == "NO"
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
