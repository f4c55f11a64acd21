"""The badge: where it stands, what it says, and that it can do no harm."""

from __future__ import annotations

import asyncio
from typing import Any
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from selectolax.lexbor import LexborHTMLParser

from edge.middleware.badge import Badge, Badged, inserted
from edge.middleware.preview import Preview
from edge.web.request import Request

OSLO = ZoneInfo("Europe/Oslo")
UNTIL = 1_795_345_200


def request(query: bytes = b"", path: bytes = b"/", method: str = "GET") -> Request:
    return Request(method, "https", "shop.example", path.decode(), path, query, (), {})


def badge(variants: dict[str, str], signals: tuple[str, ...] = (), query: bytes = b"", method: str = "GET") -> Badge:
    preview = Preview(variants, signals, expires=UNTIL)
    return Badge(preview, (), request(query, method=method), OSLO)


@pytest.mark.parametrize(
    ("page", "at"),
    [
        (b"<body><p>x</p></body></html>", 14),
        (b"<BODY>x</BODY >", 7),
        (b"<body>x</body><!-- y --></html>\n", 7),
        (b"<p>x</html>", 4),
        (b"<p>x", 4),
        (b"", 0),
        (b"<script>'</body>'</script><p>x</body>", 30),
    ],
)
def test_it_stands_at_the_end_of_the_body(page: bytes, at: int) -> None:
    assert inserted(page, b"!") == page[:at] + b"!" + page[at:]


def test_it_is_well_formed_as_xml_and_in_ascii_whatever_is_said() -> None:
    said = badge({"hërø": "<script>&\"'"}, ("city=København", "query.x=]]>"), query=b'a="><script>&b=\xc3\xa6').markup
    assert said.isascii()
    root = ElementTree.fromstring(b"<div>" + said + b"</div>")
    assert "hërø: <script>&\"' (not shown)" in "".join(root.itertext())
    assert not list(root.iter("script"))


def test_it_has_no_script_and_no_style_of_its_own() -> None:
    tree = LexborHTMLParser(badge({"hero": "rain"}).markup.decode())
    assert not tree.css("script, style, [style], [onclick]")
    assert tree.css("link[rel=stylesheet]")[0].attributes["href"] == "/_windsock/preview.css"


def test_it_is_a_named_landmark_that_can_be_folded() -> None:
    tree = LexborHTMLParser(badge({"hero": "rain"}).markup.decode())
    assert tree.css("aside[aria-label]")[0].attributes["aria-label"] == "Preview"
    assert tree.css("aside > details > summary")[0].text() == "Preview"


def test_it_leads_back_to_the_page_as_it_is() -> None:
    tree = LexborHTMLParser(badge({"hero": "rain"}, query=b"a=1&b=2").markup.decode())
    assert tree.css("aside a")[0].attributes["href"] == "/?a=1&b=2"


def test_it_says_when_it_ends_on_the_sites_clock() -> None:
    assert b"Valid until 2026-11-22 12:00 (Europe/Oslo)." in badge({"hero": "rain"}).markup


def start(kind: bytes = b"text/html; charset=utf-8", status: int = 200, *more: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": [(b"Content-Type", kind), *more]}


def body(part: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": part, "more_body": more}


def sent(*messages: dict[str, Any], limit: int = 1000) -> tuple[dict[str, Any], bytes]:
    came: list[Any] = []

    async def send(message: Any) -> None:
        came.append(message)

    async def pass_on() -> None:
        badged = Badged(send, badge({"hero": "rain"}), limit)
        for message in messages:
            await badged.send(message)

    asyncio.run(pass_on())
    assert [message["type"] for message in came] == ["http.response.start", *["http.response.body"] * (len(came) - 1)]
    assert came[-1]["more_body"] is False
    return came[0], b"".join(message["body"] for message in came[1:])


def test_a_page_that_comes_in_pieces_is_put_together_first() -> None:
    begun, page = sent(start(), body(b"<p>x</bo", True), body(b"dy>"))
    assert page.startswith(b"<p>x<link")
    assert (b"content-length", b"%d" % len(page)) in begun["headers"]


@pytest.mark.parametrize(
    ("kind", "status", "more"),
    [
        (b"application/json", 200, ()),
        (b"text/html; charset=utf-16", 200, ()),
        (b"text/html", 500, ()),
        (b"text/html", 304, ()),
        (b"text/html", 200, ((b"cache-control", b"no-transform"),)),
        (b"text/html", 200, ((b"content-encoding", b"br"),)),
        (b"text/html", 200, ((b"content-encoding", b"gzip"),)),
    ],
)
def test_what_is_no_page_or_cannot_be_edited_passes_as_it_is(kind: bytes, status: int, more: Any) -> None:
    begun, page = sent(start(kind, status, *more), body(b"<body>x</body>"))
    assert page == b"<body>x</body>"
    assert any(name == b"cache-control" and value.startswith(b"private, no-store") for name, value in begun["headers"])


def test_a_page_that_grows_too_large_passes_as_it_is() -> None:
    _, page = sent(start(), body(b"x" * 600, True), body(b"y" * 600, True), body(b"</body>"), limit=1000)
    assert page == b"x" * 600 + b"y" * 600 + b"</body>"
