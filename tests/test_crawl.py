"""On real pages, nothing differs but the variants; and the comparison that says so would see it if it did."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.comparison import differences
from tests.crawl import PAGES, both, compare, crawl, links, manners, second_visits
from tests.readers import READERS

DESK, PHONE = READERS
HTML = {"Content-Type": "text/html", "Server": "nginx"}
PERSONAL = {**HTML, "Cache-Control": "private, no-cache"}
PAGE = b'<body><div class="body">Text</div><table class="contentstable"></table></body>'
NARROW = PAGE.replace(b'class="body"', b'class="body narrow"')


def said(body: bytes, fields: dict[str, str] = HTML, status: int = 200, method: str = "GET") -> httpx.Response:
    """An answer."""
    return httpx.Response(status, headers=fields, content=body, request=httpx.Request(method, "http://site/"))


@pytest.fixture(scope="module")
def place() -> Iterator[tuple[str, str]]:
    """nginx with Python's documentation, and the edge in front of it."""
    with both() as urls:
        yield urls


@pytest.mark.real_pages
def test_500_pages_and_all_they_link_to_reach_two_readers_as_they_are_but_for_the_variants(
    place: tuple[str, str],
) -> None:
    report = compare(*place, crawl)
    assert report.differences == []
    assert report.pages == PAGES


@pytest.mark.real_pages
def test_heads_conditions_ranges_redirects_and_refusals_are_answered_as_the_site_answers_them(
    place: tuple[str, str],
) -> None:
    assert compare(*place, manners).differences == []


@pytest.mark.real_pages
def test_a_reader_is_not_sent_again_the_page_that_is_there_already_and_never_the_other_readers(
    place: tuple[str, str],
) -> None:
    assert compare(*place, second_visits).differences == []


def test_the_page_with_the_readers_variant_is_no_difference() -> None:
    assert list(differences(DESK, "/a.html", said(PAGE), said(NARROW, PERSONAL))) == []


@pytest.mark.parametrize(
    ("through", "what"),
    [
        (said(PAGE, PERSONAL), "bytes differ from 22"),
        (said(NARROW.replace(b"narrow", b"wide"), PERSONAL), "bytes differ from 23"),
        (said(NARROW.replace(b"Text", b"text"), PERSONAL), "bytes differ from 31"),
        (said(NARROW[:-1], PERSONAL), "bytes differ from 84"),
        (said(NARROW, PERSONAL, 203), "status 203"),
        (said(NARROW), "a personal page says [] about caches"),
        (said(NARROW, {**PERSONAL, "Content-Type": "text/plain"}), "content-type is ['text/plain']"),
        (said(NARROW, {**PERSONAL, "Set-Cookie": "windsock=1"}), "set-cookie is ['windsock=1']"),
    ],
)
def test_anything_else_on_a_page_is_a_difference(through: httpx.Response, what: str) -> None:
    (difference,) = differences(DESK, "/a.html", said(PAGE), through)
    assert difference.startswith(what)


def test_a_page_with_two_places_for_one_variant_is_a_difference() -> None:
    found = differences(DESK, "/a.html", said(PAGE + PAGE), said(NARROW + PAGE, PERSONAL))
    assert list(found) == ["the page has no place for the variant"]


def test_the_start_page_of_a_phone_has_the_short_shelf() -> None:
    page = PHONE.page("/", PAGE) or b""
    assert b'<ul id="shelf">' in page
    assert b"contentstable" not in page


def test_what_is_not_a_page_may_not_differ_in_any_field() -> None:
    direct = said(b"", {"Content-Type": "text/css", "ETag": '"1"'})
    through = said(b"", {"Content-Type": "text/css", "ETag": '"2"', "Cache-Status": "windsock; fwd=bypass"})
    assert list(differences(DESK, "/a.css", direct, through)) == ["""etag is ['"2"'], directly ['"1"']"""]


def test_links_are_those_of_the_same_site_without_their_fragments() -> None:
    body = b"""<a class="x" href="b.html#part">, <img src='no'>, <img alt="" src="../i.png?a=1&amp;b"><a href="#here">
    <a href="https://elsewhere/"><link rel="canonical" href="file:///x.html"><script src="b.html"></script>"""
    assert links("/d/a.html", said(body)) == ["/d/b.html", "/i.png?a=1&b", "/d/a.html"]


def test_a_style_sheet_and_a_redirect_lead_on_too() -> None:
    style = said(b"@import url('c.css'); a { background: url(i.png) }", {"Content-Type": "text/css"})
    assert links("/d/a.css", style) == ["/d/c.css", "/d/i.png"]
    assert links("/d", said(b"", {"Location": "/d/"}, 301)) == ["/d/"]
