from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from edge.pages.edit import Edited, edit
from rules.values import Form

HTML = "text/html; charset=utf-8"
PAGE = "<!doctype html><html><body><h1>t</h1>{}<p>z</p></body></html>"


def ordered(page: str, *order: str, also: tuple[tuple[str, Form], ...] = ()) -> Edited:
    experiences = [("rows", [("#x", Form("order", order=order))]), *((f"e{n}", [form]) for n, form in enumerate(also))]
    edited = edit(PAGE.format(page).encode(), HTML, experiences)
    assert isinstance(edited, Edited)
    return edited


def inside(edited: Edited) -> str:
    return edited.body.decode().removeprefix(PAGE.partition("{}")[0]).removesuffix(PAGE.partition("{}")[2])


THREE = "<div id=x>\n  <p id=a>1</p>\n  <!-- two --><p id=b>2</p> and\n  <p id=c>3</p>\n</div>"


@pytest.mark.parametrize(
    ("why", "order", "page"),
    [
        ("the last one first", ("#c",),
         "<div id=x>\n  <p id=c>3</p>\n  <!-- two --><p id=a>1</p> and\n  <p id=b>2</p>\n</div>"),
        ("in the order in which they are named", ("#c", "#b", "#a"),
         "<div id=x>\n  <p id=c>3</p>\n  <!-- two --><p id=b>2</p> and\n  <p id=a>1</p>\n</div>"),
        ("those that are not named follow as they stood", ("#b",),
         "<div id=x>\n  <p id=b>2</p>\n  <!-- two --><p id=a>1</p> and\n  <p id=c>3</p>\n</div>"),
        ("what stands so already stays", ("#a", "#b"), THREE),
        ("children may be named by their place", ("p:nth-child(3)", "p:nth-child(2)"),
         "<div id=x>\n  <p id=c>3</p>\n  <!-- two --><p id=b>2</p> and\n  <p id=a>1</p>\n</div>"),
        ("two that are named alike come one after the other", ("#c", "p", "p"),
         "<div id=x>\n  <p id=c>3</p>\n  <!-- two --><p id=a>1</p> and\n  <p id=b>2</p>\n</div>"),
    ],
)  # fmt: skip
def test_children_change_places_and_what_is_between_them_stays(why: str, order: tuple[str, ...], page: str) -> None:
    assert inside(ordered(THREE, *order)) == page, why


def test_a_child_that_is_not_there_is_skipped_and_told() -> None:
    edited = ordered("<div id=x><p id=a>1</p><p id=b>2</p></div>", "#none", "#b", "h1")
    assert inside(edited) == "<div id=x><p id=b>2</p><p id=a>1</p></div>"
    assert (edited.shown, edited.skipped) == (("rows",), (("rows", "#none"), ("rows", "h1")))


@pytest.mark.parametrize(
    ("why", "page", "order", "reason"),
    [
        ("none of them is there", "<div id=x><p>1</p></div>", ("#none",), "no-match"),
        ("the slot is not there", "<div id=y><p id=a>1</p></div>", ("#a",), "no-match"),
        ("it is deeper than a child", "<div id=x><div><p id=a>1</p></div></div>", ("#a",), "no-match"),
        ("it is no selector", "<div id=x><p id=a>1</p></div>", ("#a[",), "selector"),
        ("a <b> runs through the children", "<div id=x><p id=a><b>1</p><p id=b>2</p></div>", ("#b",), "structure"),
        ("a line would become another letter", "<div id=x>&am<p id=a>1</p><p id=b>2</p></div>", ("#b",), "structure"),
    ],
)
def test_an_order_that_cannot_be_made_has_a_reason(why: str, page: str, order: tuple[str, ...], reason: str) -> None:
    edited = ordered(page, *order)
    assert edited.missing == (("rows", reason),), why
    assert inside(edited) == page


def test_a_child_that_does_not_move_need_not_be_certain() -> None:
    page = "<div id=x><p id=a>1</p><p id=b>2</p><p id=c><b>3</p></div>"
    assert inside(ordered(page, "#b")) == "<div id=x><p id=b>2</p><p id=a>1</p><p id=c><b>3</p></div>"


def test_end_tags_that_the_page_leaves_out_are_written_where_children_move() -> None:
    page = "<ul id=x>\n<li id=a>1\n<li id=b>2\n<li id=c>3\n</ul>"
    assert inside(ordered(page, "#c")) == "<ul id=x>\n<li id=c>3\n</li><li id=a>1\n</li><li id=b>2\n</li></ul>"


def test_rows_of_a_table_change_places() -> None:
    page = "<table><tbody id=x>\n<tr id=a><td>1</td></tr>\n<tr id=b><td>2</td></tr></tbody></table>"
    assert inside(ordered(page, "#b")).index("id=b") < inside(ordered(page, "#b")).index("id=a")


@pytest.mark.parametrize(
    ("why", "selector", "form", "page"),
    [
        ("the content of a child", "#b", Form("text", "new"), "<p id=b>new</p><p id=a>1</p>"),
        ("a child", "#b", Form("replace", "<i>new</i>"), "<i>new</i><p id=a>1</p>"),
        ("a child that goes", "#b", Form("remove"), "<p id=a>1</p>"),
        ("something before a child", "#b", Form("before", "<i>new</i>"), "<i>new</i><p id=b>2</p><p id=a>1</p>"),
        ("something behind a child", "#a", Form("after", "<i>new</i>"), "<p id=b>2</p><p id=a>1</p><i>new</i>"),
        ("an attribute of a child", "#b", Form("set", attributes=(("class", "k"),)),
         '<p id=b class="k">2</p><p id=a>1</p>'),
    ],
)  # fmt: skip
def test_what_is_edited_in_a_child_goes_with_it(why: str, selector: str, form: Form, page: str) -> None:
    edited = ordered("<div id=x><p id=a>1</p><p id=b>2</p></div>", "#b", also=((selector, form),))
    assert inside(edited) == f"<div id=x>{page}</div>", why
    assert edited.shown == ("rows", "e0")


@pytest.mark.parametrize(
    ("why", "form", "shown"),
    [
        ("the slot's attributes", Form("set", attributes=(("class", "k"),)), True),
        ("something before the slot", Form("before", "<hr>"), True),
        ("its content", Form("text", "new"), False),
        ("another order", Form("order", order=("#a",)), False),
        ("the slot itself", Form("remove"), False),
    ],
)
def test_the_slot_of_an_order_may_be_edited_where_its_content_stays(why: str, form: Form, shown: bool) -> None:
    edited = ordered("<div id=x><p id=a>1</p><p id=b>2</p></div>", "#b", also=(("#x", form),))
    assert ("e0" in edited.shown) is shown, why


def test_an_order_inside_an_order_goes_with_its_child() -> None:
    page = "<div id=x><p id=a>1</p><ul id=u><li id=k>k</li>-<li id=l>l</li></ul></div>"
    edited = ordered(page, "#u", also=(("#u", Form("order", order=("#l",))),))
    assert inside(edited) == "<div id=x><ul id=u><li id=l>l</li>-<li id=k>k</li></ul><p id=a>1</p></div>"


CONTENT = st.recursive(
    st.sampled_from(["", "t", " ", "\n", "<!--c-->", "<br>", "é", "&amp;", "&am"]),
    lambda inner: st.builds(
        lambda name, parts, ended: f"<{name}>{''.join(parts)}" + (f"</{name}>" if ended else ""),
        st.sampled_from(["p", "b", "div", "ul", "li", "table", "form", "span", "noscript", "select"]),
        st.lists(inner, max_size=3),
        st.sampled_from([True] * 5 + [False]),
    ),
    max_leaves=4,
)
CHILDREN = st.lists(
    st.tuples(
        st.sampled_from(["p", "div", "section", "span", "ul"] * 3 + ["li", "tr"]),
        CONTENT,
        st.sampled_from([True] * 5 + [False]),
        st.sampled_from(["", "\n", " x ", "<!-- c -->", "&am", "y"]),
    ),
    min_size=2,
    max_size=6,
)


def children(page: bytes, *, scripting: bool) -> tuple[list[str], str]:
    """The markup of the slot's children, and all else."""
    tree = LexborHTMLParser(page, scripting=scripting)
    slot = tree.css_first("#x")
    found: list[str] = []
    node: LexborNode | None = slot.first_child if slot is not None else None
    while node is not None:
        if node.is_element_node:
            found.append(node.html or "")
        node = node.next
    whole = tree.html or ""
    for child in found:
        whole = whole.replace(child, "<child>", 1)
    return found, whole


@settings(max_examples=150, deadline=None)
@given(parts=CHILDREN, seed=st.randoms(use_true_random=False))
def test_for_any_children_the_tree_has_them_in_the_new_order_and_no_byte_is_lost(parts: list, seed) -> None:  # type: ignore[no-untyped-def, type-arg]
    body = "".join(f"<{n} id=c{i}>{c}" + (f"</{n}>" if e else "") + gap for i, (n, c, e, gap) in enumerate(parts))
    source = PAGE.format(f"<div id=x>\n{body}</div>")
    names = [f"#c{number}" for number in range(len(parts))]
    seed.shuffle(names)
    edited = edit(source.encode(), HTML, [("rows", [("#x", Form("order", order=tuple(names)))])])
    assert isinstance(edited, Edited)
    if edited.body == source.encode():  # refused, or they stand so already
        return
    assert edited.shown
    if edited.body.count(b"</") == source.count("</"):  # no end tag had to be written out
        assert Counter(edited.body) == Counter(source.encode())
    for scripting in (False, True):
        before, around = children(source.encode(), scripting=scripting)
        after, same = children(edited.body, scripting=scripting)
        own = {markup.partition("id=")[2].partition(">")[0].strip('"'): markup for markup in before}
        skipped = {selector for _, selector in edited.skipped}
        assert after[: len(names) - len(skipped)] == [own[name[1:]] for name in names if name not in skipped]
        assert sorted(after) == sorted(before)
        assert around == same
