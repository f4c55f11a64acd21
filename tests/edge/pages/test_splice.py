from __future__ import annotations

from typing import Any

import pytest

from edge.pages.charset import UTF_8
from edge.pages.locate import locate
from edge.pages.splice import splice
from edge.pages.values import Edited, Forms, Miss, Untouched
from rules.values import Form

PAGE = b"<!doctype html><html><body><main><h1>a</h1><p id=p>b <i>c</i></p><img src=d></main></body></html>"

NEW = Form("replace", "<p>new</p>")
TEXT = Form("text", "new")
GONE = Form("remove")
BEFORE = Form("before", "<hr>")
AFTER = Form("after", "<br>")
CLASS = Form("set", attributes=(("class", "k"),))


def edited(*experiences: tuple[str, Forms], page: bytes = PAGE) -> Edited:
    slots = locate(page, UTF_8, {selector for _, forms in experiences for selector, _ in forms})
    assert not isinstance(slots, Untouched)
    return splice(page, UTF_8, slots, experiences)


@pytest.mark.parametrize(
    ("why", "selector", "form", "old", "new"),
    [
        ("replace takes the whole element", "#p", NEW, b"<p id=p>b <i>c</i></p>", b"<p>new</p>"),
        ("text takes the content", "#p", TEXT, b"b <i>c</i></p>", b"new</p>"),
        ("set changes the start tag", "#p", CLASS, b"<p id=p>", b'<p id=p class="k">'),
        ("remove leaves nothing", "#p", GONE, b"<p id=p>b <i>c</i></p>", b""),
        ("before stands in front", "#p", BEFORE, b"<p id=p>", b"<hr><p id=p>"),
        ("after stands behind", "#p", AFTER, b"</i></p>", b"</i></p><br>"),
        ("a void element is replaced", "img", NEW, b"<img src=d>", b"<p>new</p>"),
        ("a void element is set", "img", Form("set", attributes=(("src", "e"),)), b"<img src=d>", b'<img src="e">'),
        ("something stands behind a void element", "img", AFTER, b"<img src=d>", b"<img src=d><br>"),
    ],
)
def test_a_form_changes_only_its_bytes(why: str, selector: str, form: Form, old: bytes, new: bytes) -> None:
    assert edited(("e", [(selector, form)])) == Edited(PAGE.replace(old, new, 1), ("e",)), why


def test_an_experience_may_change_several_slots_at_once() -> None:
    page = edited(("e", [("h1", TEXT), ("img", CLASS), ("#p", GONE)]))
    assert page.body == PAGE.replace(b">a<", b">new<").replace(b"src=d", b'src=d class="k"').replace(
        b"<p id=p>b <i>c</i></p>", b""
    )


def test_an_experience_is_shown_whole_or_not_at_all() -> None:
    assert edited(("e", [("h1", TEXT), ("#none", TEXT)])) == Edited(PAGE, (), (("e", "no-match"),))


def test_a_missing_experience_leaves_the_others_alone() -> None:
    page = edited(("a", [("#none", NEW)]), ("b", [("h1", TEXT)]))
    assert (page.shown, page.missing) == (("b",), (("a", "no-match"),))


@pytest.mark.parametrize(
    ("why", "selector", "form", "reason"),
    [
        ("text in a void element", "img", TEXT, "element"),
        ("an unclosed element", "h1", Form("replace", "<h1>"), "markup"),
        ("a selector that is none", "h1[", TEXT, "selector"),
        ("an attribute that is none", "h1", Form("set", attributes=(("a b", "c"),)), "attribute"),
        ("the body as a whole", "body", GONE, "element"),
    ],
)
def test_what_cannot_be_done_has_a_reason(why: str, selector: str, form: Form, reason: Miss) -> None:
    assert edited(("e", [(selector, form)])) == Edited(PAGE, (), (("e", reason),)), why


CLASHES: list[tuple[str, str, Form, str, Form]] = [
    ("the same element twice", "h1", NEW, "h1", NEW),
    ("an element and what is in it", "main", NEW, "h1", TEXT),
    ("what is in an element, and the element", "h1", TEXT, "main", GONE),
    ("content and what is in it", "#p", TEXT, "i", CLASS),
    ("content and something beside what is in it", "#p", TEXT, "i", Form("before", "<b>x</b>")),
    ("the same content twice", "h1", TEXT, "h1", TEXT),
    ("the same start tag twice", "h1", CLASS, "h1", CLASS),
    ("an element and its start tag", "h1", NEW, "h1", CLASS),
    ("content and the element", "h1", TEXT, "h1", NEW),
]


@pytest.mark.parametrize(("why", "one", "form", "two", "other"), CLASHES, ids=[case[0] for case in CLASHES])
def test_of_two_experiences_at_one_place_the_first_is_shown(
    why: str, one: str, form: Form, two: str, other: Form
) -> None:
    both = edited(("a", [(one, form)]), ("b", [(two, other)]))
    assert both == Edited(edited(("a", [(one, form)])).body, ("a",), (("b", "overlap"),)), why


@pytest.mark.parametrize(
    ("why", "one", "form", "two", "other"),
    [
        ("neighbours", "h1", NEW, "#p", NEW),
        ("a start tag and the content", "h1", CLASS, "h1", TEXT),
        ("a start tag and what is in the element", "main", CLASS, "h1", NEW),
        ("an element and something before it", "h1", NEW, "h1", BEFORE),
        ("something before and something behind", "h1", BEFORE, "h1", AFTER),
        ("two things before one element", "h1", BEFORE, "h1", BEFORE),
    ],
)
def test_experiences_that_do_not_touch_are_both_shown(why: str, one: str, form: Form, two: str, other: Form) -> None:
    assert edited(("a", [(one, form)]), ("b", [(two, other)])).shown == ("a", "b"), why


def test_an_experience_that_is_at_odds_with_itself_is_not_shown() -> None:
    assert edited(("e", [("main", NEW), ("h1", TEXT)])).missing == (("e", "overlap"),)


def test_between_two_elements_what_is_behind_the_first_comes_first() -> None:
    page = edited(("a", [("#p", Form("before", "<b>2</b>"))]), ("b", [("h1", Form("after", "<b>1</b>"))]))
    assert b"</h1><b>1</b><b>2</b><p id=p>" in page.body


def test_the_content_of_an_empty_unclosed_element_comes_before_what_closes_it() -> None:
    page = b"<!doctype html><html><body><p id=p><table><tr><td>a</table></body></html>"
    both = edited(("a", [("table", CLASS)]), ("b", [("#p", TEXT)]), page=page)
    assert both == Edited(page.replace(b"<table>", b'new<table class="k">'), ("a", "b"))


ITEMS = "<!doctype html><html><body><ul>{}</ul></body></html>"
TWO = ITEMS.format("<li id=a>1<li id=b>2").encode()
ITEM = "<li>new</li>"


@pytest.mark.parametrize(
    ("why", "forms", "items"),
    [
        ("before", [("#b", "before")], "<li id=a>1</li><li>new</li><li id=b>2"),
        ("behind", [("#a", "after")], "<li id=a>1</li><li>new</li><li id=b>2"),
        ("behind the last", [("#b", "after")], "<li id=a>1<li id=b>2</li><li>new</li>"),
        ("instead", [("#b", "replace")], "<li id=a>1</li><li>new</li>"),
        ("instead of the first", [("#a", "replace")], "<li>new</li><li id=b>2"),
        ("nothing instead", [("#b", "remove")], "<li id=a>1</li>"),
        ("two before", [("#b", "before"), ("#b", "before")], "<li id=a>1</li><li>new</li><li>new</li><li id=b>2"),
        ("two behind", [("#a", "after"), ("#a", "after")], "<li id=a>1</li><li>new</li><li>new</li><li id=b>2"),
        ("before and instead", [("#b", "before"), ("#b", "replace")], "<li id=a>1</li><li>new</li><li>new</li>"),
    ],
)
def test_an_end_tag_that_is_left_out_is_written_once_where_something_is_put(
    why: str, forms: list[tuple[str, Any]], items: str
) -> None:
    both = edited(
        *((f"e{n}", [(s, Form(k, "" if k == "remove" else ITEM))]) for n, (s, k) in enumerate(forms)), page=TWO
    )
    assert both.body.decode() == ITEMS.format(items), why
    assert not both.missing


def test_where_nothing_is_put_no_end_tag_is_written() -> None:
    both = edited(("a", [("#a", TEXT)]), ("b", [("#b", CLASS)]), page=TWO)
    assert both.body.decode() == ITEMS.format('<li id=a>new<li id=b class="k">2')


def test_text_in_an_empty_item_stands_before_what_is_put_behind_it() -> None:
    page = ITEMS.format("<li id=a><li>2").encode()
    both = edited(("a", [("#a", Form("after", ITEM))]), ("b", [("#a", TEXT)]), page=page)
    assert both.body.decode() == ITEMS.format("<li id=a>new</li><li>new</li><li>2")


@pytest.mark.parametrize("kind", ["replace", "remove", "after"])
def test_an_end_tag_between_two_neighbours_is_not_written_twice(kind: Any) -> None:
    first = Form(kind, "" if kind == "remove" else ITEM)
    both = edited(("a", [("#a", first)]), ("b", [("#b", Form("before", ITEM))]), page=TWO)
    assert (both.shown, both.missing) == (("a",), (("b", "overlap"),))


def test_a_missing_experience_does_not_take_a_place() -> None:
    page = edited(("a", [("h1", NEW), ("#none", NEW)]), ("b", [("h1", TEXT)]))
    assert page.shown == ("b",)


def test_nothing_to_do_gives_the_very_same_page() -> None:
    assert edited().body is PAGE
    assert edited(("e", [("#none", NEW)])).body is PAGE
