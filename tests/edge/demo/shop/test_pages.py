"""The shop's pages: what a person clicks works, and what a browser reads is well-formed."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from edge.demo.shop.app import _FORMS as FORMS
from edge.demo.shop.pages import Answer, lost, pages, pictures

COMPACT, WIDE, PICTURES = pages("compact"), pages("wide"), pictures()
EVERY = [(f"{path} compact", page) for path, page in COMPACT.items()]
EVERY += [(f"{path} wide", page) for path, page in WIDE.items()]
EVERY.append(("lost", lost()))
VOID = frozenset({"meta", "link", "img", "br", "input", "hr"})

every_page = pytest.mark.parametrize("page", [page for _, page in EVERY], ids=[name for name, _ in EVERY])


def nodes(page: Answer, selector: str) -> list[LexborNode]:
    return LexborHTMLParser(page.body.decode()).css(selector)


def values(page: Answer, selector: str, attribute: str) -> list[str]:
    return [node.attributes.get(attribute) or "" for node in nodes(page, selector)]


@every_page
def test_every_link_leads_to_a_page(page: Answer) -> None:
    for href in values(page, "a", "href"):
        assert href.startswith("#") or href in COMPACT


@every_page
def test_every_picture_and_style_sheet_is_there(page: Answer) -> None:
    for path in values(page, "img", "src") + values(page, "link:not([rel=canonical])", "href"):
        assert path in PICTURES


def test_another_form_of_the_first_page_says_so_and_no_other_page_does() -> None:
    told = {path: found for path, page in COMPACT.items() if (found := values(page, "link[rel=canonical]", "href"))}
    assert told == {"/home-b": ["/"]}


@every_page
def test_every_form_has_somebody_who_takes_it(page: Answer) -> None:
    for form in nodes(page, "form"):
        assert form.attributes["method"] == "post"
        assert form.attributes["action"] in FORMS


@every_page
def test_an_id_is_there_once(page: Answer) -> None:
    ids = values(page, "[id]", "id")
    assert len(ids) == len(set(ids))


@every_page
def test_a_page_has_one_heading_a_title_and_a_language(page: Answer) -> None:
    assert len(nodes(page, "h1")) == 1
    assert values(page, "html", "lang")[0] in ("en", "de")
    assert nodes(page, "title")[0].text()
    assert all(values(page, "meta[name=description]", "content"))


@every_page
def test_a_picture_has_a_text_and_its_size(page: Answer) -> None:
    for picture in nodes(page, "img"):
        assert {"alt", "width", "height"} <= set(picture.attributes)


@every_page
def test_every_element_is_closed_where_it_was_opened(page: Answer) -> None:
    Balance().feed(page.body.decode())


@every_page
def test_nothing_is_loaded_from_elsewhere(page: Answer) -> None:
    assert b"http:" not in page.body
    assert b"https:" not in page.body
    assert not nodes(page, "script")


def test_no_placeholder_is_left() -> None:
    for _, page in EVERY:
        assert b"$" not in page.body


def test_the_wide_navigation_shows_the_departments() -> None:
    assert len(nodes(WIDE["/"], ".shelves a")) == 4
    assert not nodes(COMPACT["/"], ".shelves a")


@pytest.mark.parametrize("path", ["/", "/home-b"])
def test_both_homes_have_every_slot_that_the_rules_edit(path: str) -> None:
    slots = "#hero-picture", "#hero-words", "#story-picture", "#story-title", "#story-text", "#story-more", "#letter"
    for slot in (*slots, "#site-header", "#delivery-note"):
        assert len(nodes(COMPACT[path], slot)) == 1


def test_every_picture_is_drawn_and_small() -> None:
    for path, picture in PICTURES.items():
        if path.endswith(".svg"):
            assert picture.body.startswith(b"<svg xmlns=")
            assert len(picture.body) < 20_000


def test_only_pages_about_the_visitor_are_not_kept() -> None:
    kept = {path for path, page in COMPACT.items() if page.keep != "no-store"}
    assert set(COMPACT) - kept == {"/basket", "/thanks"}


class Balance(HTMLParser):
    """Fails at the first element that is not closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def feed(self, data: str) -> None:
        super().feed(data)
        self.close()
        assert self.open == []
