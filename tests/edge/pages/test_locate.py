"""Tricky markup, and which bytes an element is. `[` and `]` stand around the element in the page of each case."""

from __future__ import annotations

import pytest

from edge.pages.charset import UTF_8, Charset
from edge.pages.locate import locate, unused
from edge.pages.steps import ENOUGH, Steps
from edge.pages.values import Miss, Slot, Slots, Untouched

PAGE = "<!doctype html><html><head><title>t</title></head><body>{}</body></html>\n"


def located(page: bytes, *selectors: str) -> Slots:
    slots = locate(page, UTF_8, selectors)
    assert not isinstance(slots, Untouched)
    return slots


def slot_of(page: bytes, selector: str = "#x") -> Slot:
    slot = located(page, selector)[selector]
    assert isinstance(slot, Slot)
    return slot


WHOLE = [
    ("an element with an end tag", "<p>a</p>[<div id=x>b</div>]<p>c</p>"),
    ("an element in an element of its kind", "<div>a[<div id=x>b</div>]c</div>"),
    ("an element around elements of its kind", "[<div id=x>a<div>b</div>c</div>]"),
    ("a void element", "a[<img id=x src=a>]b"),
    ("a void element with a slash", "a[<br id=x />]b"),
    ("an end tag in capitals with spaces", "[<P id=x>a</p \n>]b"),
    ("a > in an attribute", "[<p id=x title='</p>'>a</p>]b"),
    ("an end tag in a comment", "[<p id=x>a<!-- </p> -->b</p>]c"),
    ("an end tag in a script", "[<div id=x><script>'</div>'</script></div>]c"),
    ("an end tag in an escaped script", "[<div id=x><script><!--<script></script></div>--></script></div>]c"),
    ("a script", "a[<script id=x>if (a < b) '<p>'</script>]b"),
    ("a style", "a[<style id=x>p > a {}</style>]b"),
    ("a textarea", "a[<textarea id=x></p></textarea>]b"),
    ("an end tag in a textarea", "[<p id=x><textarea></p></textarea></p>]c"),
    ("a stray end tag inside", "[<div id=x>a</span>b</div>]c"),
    ("a stray end tag behind", "[<span id=x>a</span>]</span>c"),
    ("a heading ended as another heading", "[<h1 id=x>a</h2>]b"),
    ("a list item ended by the next one", "<ul>[<li id=x>a]<li>b</ul>"),
    ("a list item with a list, ended by the next one", "<ul>[<li id=x>a<ul><li>b</ul>]<li>c</ul>"),
    ("a list item ended by its list", "<ul><li>a</li>[<li id=x>b]</ul>"),
    ("a paragraph ended by a block", "[<p id=x>a]<div>b</div>"),
    ("a paragraph ended by the section around it", "<section>[<p id=x>a]</section>b"),
    ("a cell ended by the next one", "<table><tr>[<td id=x>a]<td>b</table>"),
    ("a row", "<table><tbody>[<tr id=x><td>a</td></tr>]<tr><td>b</table>"),
    ("a table", "a[<table id=x><tr><td>b</table>]c"),
    ("a table whose text has left it stays a table in markup", "[<div id=x><table>a<tr><td>b</table></div>]c"),
    ("an svg", "a[<svg id=x><title>b</title><path/></svg>]c"),
    ("an svg with CDATA", "a[<svg id=x><style><![CDATA[</svg>]]></style></svg>]c"),
    ("a formula", "a[<math id=x><mi>b</mi></math>]c"),
    ("an option", "<select>[<option id=x>a</option>]<option>b</select>"),
    ("a select", "a[<select id=x><option>a<option>b</select>]c"),
    ("a template", "a[<template id=x><p></div></template>]b"),
    ("an element around a template", "[<div id=x><template></div><p></template></div>]b"),
    ("misnested formatting inside", "[<div id=x><b><i>a</b></i></div>]c"),
    ("a link in a link's place", "<a>a</a>[<a id=x>b</a>]"),
    ("a custom element with a slash", "[<my-tag id=x />a</my-tag>]b"),
    ("an element with an attribute of our kind", "[<p id=x ws-0=1>a</p>]<!--ws-1<0-->"),
    ("an element between entities", "&lt;[<p id=x>&amp;</p>]&gt;"),
    ("letters of many bytes", "é[<p id=x>日本</p>]ü"),
    ("an unclosed end tag behind", "[<p id=x>a</p>]b</p c=\""),
]  # fmt: skip


@pytest.mark.parametrize(("why", "page"), WHOLE, ids=[why for why, _ in WHOLE])
def test_an_element_is_just_its_bytes(why: str, page: str) -> None:
    source = PAGE.format(page).encode()
    start = source.index(b"[<")
    end = source.index(b"]", source.index(b"]]>") + 3 if b"]]>" in source else start) - 1
    slot = slot_of(source.replace(b"[<", b"<", 1)[:end] + source[end + 2 :])
    assert (slot.start, slot.end, slot.whole) == (start, end, None), why


REFUSED: list[tuple[str, str, Miss]] = [
    ("an element that a forgotten <b> runs through", "<p><b>a</p><div id=x>b</div>", "structure"),
    ("an element that lets a <b> escape", "<div id=x><b>a</div>b", "structure"),
    ("an element that lets a <b> escape where nothing follows yet", "<p id=x><b>a</p><p></p>c", "structure"),
    ("a <b> that is cut in two", "<p><b id=x>a</p><p>b</b></p>", "structure"),
    ("a block in misnested formatting", "<b>a<div id=x>b</b>c</div>", "structure"),
    ("an element that text has pushed out of its table", "<table><div id=x>a</div><tr><td>b</table>", "structure"),
    ("an element deeper in what left its table", "<table><div><p id=x>a</p></div><tr></table>", "structure"),
    ("an item that ends the item before it, in a <b> that runs on", "<ul><li><b>a<li id=x>b</ul>", "structure"),
    ("the first row of an implied tbody", "<table><tr id=x><td>a</table>", "structure"),
    ("text that would become a tag", "a <<b id=x>b</b>p>c", "structure"),
    ("text that would become another letter", "a &am<b id=x>b</b>p;c", "structure"),
    ("a line break that a pre would swallow", "<pre><b id=x>a</b>\nb</pre>", "structure"),
    ("an element that a misnested link is opened again around", "<a><h2><b id=x>b</b></a></h2>", "structure"),
    ("a form that nobody closed", "<div id=x><form>a</div>b", "structure"),
    ("half of a form", "<div id=x><form></div><form>a</form>", "structure"),
    ("an element that lends the body its attributes", "<div id=x><body class=a></div>", "structure"),
    ("an element that the body's end leaves open", "<div id=x>a", "structure"),
    ("a shape in an svg", "<svg><path id=x></path></svg>", "element"),
    ("HTML in an svg", "<svg><foreignObject><p id=x>a</p></foreignObject></svg>", "element"),
    ("a part of a formula", "<math><mi id=x>a</mi></math>", "element"),
    ("a div in a select", "<select><div id=x><option>a</div></select>", "element"),
]


@pytest.mark.parametrize(("why", "page", "reason"), REFUSED, ids=[case[0] for case in REFUSED])
def test_what_cannot_be_replaced_without_harm_is_refused(why: str, page: str, reason: Miss) -> None:
    slot = located(PAGE.format(page).encode(), "#x")["#x"]
    assert (slot.whole if isinstance(slot, Slot) else slot) == reason, why


@pytest.mark.parametrize(
    ("why", "page", "selector", "reason"),
    [
        ("nothing is called so", "<p>", "#x", "no-match"),
        ("it is in a comment", "<!-- <p id=x> -->", "#x", "no-match"),
        ("it is in a script", "<script>'<p id=x>'</script>", "#x", "no-match"),
        ("it is in a template", "<template><p id=x></p></template>", "#x", "no-match"),
        ("it is in an attribute", "<a title='<p id=x>'>", "#x", "no-match"),
        ("it cannot be read", "<p>", "p[", "selector"),
        ("it is empty", "<p>", "", "selector"),
        ("it is a pseudo-element", "<p>", "p::before", "selector"),
        ("the page does not write it", "<table><tr><td>a</table>", "tbody", "structure"),
        ("it is only there without scripting", "<noscript><p id=x>a</p></noscript>", "#x", "structure"),
        ("scripting decides which one it is", "<noscript><p>a</p></noscript><p>b</p>", "p", "structure"),
        ("it was cloned", "<p><b id=x>a</p><p>b", "#x", "structure"),
        ("it was cloned out of a template", "<template><b id=x><object></template>a", "#x", "structure"),
        ("there are two bodies", "<body class=a>", "body", "structure"),
    ],
)
def test_without_an_element_there_is_a_reason(why: str, page: str, selector: str, reason: Miss) -> None:
    assert located(PAGE.format(page).encode(), selector)[selector] == reason, why


def test_the_first_element_in_document_order_counts_whatever_the_order_of_the_selector() -> None:
    page = PAGE.format("<b>a</b><i>b</i>").encode()
    assert slot_of(page, "i, b").name == "b"


def test_selectors_may_look_at_what_is_around_inside_and_beside() -> None:
    page = PAGE.format("<div><p class=a>b</p><p class=a><i>c</i></p></div>").encode()
    for selector in ("p:has(i)", "p:nth-child(2)", "p + p", "div > .a:not(:first-child)", "p:last-of-type"):
        assert page[slot_of(page, selector).start :].startswith(b"<p class=a><i>"), selector


def test_noscript_with_a_picture_of_a_counter_leaves_the_rest_editable() -> None:
    page = PAGE.format('<noscript><iframe src="//counter"></iframe></noscript><h1 id=x>a</h1>').encode()
    assert slot_of(page).whole is None


def test_only_the_start_tag_of_the_body_is_certain() -> None:
    slot = slot_of(PAGE.format("a").encode(), "body")
    assert (slot.whole, slot.inside, slot.behind) == ("element", "element", "element")


@pytest.mark.parametrize(
    ("why", "page", "lead", "tail"),
    [
        ("an item that the next one ends", "<ul><li id=x>a<li>b</ul>", b"", b"</li>"),
        ("an item that ends the one before", "<ul><li>a<li id=x>b</li></ul>", b"</li>", b""),
        ("one between two", "<ul><li>a<li id=x>b<li>c</ul>", b"</li>", b"</li>"),
        ("the last one", "<ul><li>a\n<li id=x>b\n</ul>", b"</li>", b"</li>"),
        ("a block that ends a paragraph", "<p>a<div id=x>b</div>c", b"</p>", b""),
        ("a paragraph that a block ends", "<p id=x>a<div>b</div>c", b"", b"</p>"),
        ("a cell", "<table><tr><td>a<td id=x>b<td>c</table>", b"</td>", b"</td>"),
        ("a row of cells", "<table><tbody><tr><td>a<tr id=x><td>b<tr><td>c</table>", b"</tr>", b"</tr>"),
        ("a definition", "<dl><dt>a<dd id=x>b<dt>c</dl>", b"</dt>", b"</dd>"),
        ("an option", "<select><option>a<option id=x>b<option>c</select>", b"</option>", b"</option>"),
        ("an item with a paragraph in it", "<ul><li><p>a<li id=x><p>b<li>c</ul>", b"</li>", b"</li>"),
    ],
)
def test_end_tags_that_the_page_leaves_out_are_known(why: str, page: str, lead: bytes, tail: bytes) -> None:
    slot = slot_of(PAGE.format(page).encode())
    assert (slot.whole, slot.behind, slot.lead, slot.tail) == (None, None, lead, tail), why


def test_slots_inside_each_other_are_all_found() -> None:
    page = PAGE.format("<main><section><h1>a</h1><p>b</p></section></main>").encode()
    slots = located(page, "main", "section", "h1", "p", "section > p")
    assert all(isinstance(slot, Slot) and slot.whole is None for slot in slots.values())


def test_one_slot_that_is_refused_leaves_the_others_alone() -> None:
    page = PAGE.format("<h1>a</h1><div><b>b</div>c</b><p id=p>d</p>").encode()
    slots = located(page, "h1", "div", "#p")
    assert [slot.whole if isinstance(slot, Slot) else slot for slot in slots.values()] == [None, "structure", None]


def test_a_page_without_any_tag_has_no_slots() -> None:
    assert located(b"just text", "p") == {"p": "no-match"}


def test_an_empty_page_has_no_slots() -> None:
    assert located(b"", "p") == {"p": "no-match"}


def test_elements_that_the_page_does_not_write_are_no_slots() -> None:
    assert located(b"text", "body", "html") == {"body": "structure", "html": "structure"}


def test_our_word_never_occurs_on_the_page() -> None:
    page = b"<p ws-0=1 WS-1=2>"
    again = page + unused(page).encode()
    assert unused(page).encode() not in page
    assert unused(again).encode() not in again


def test_a_non_ascii_selector_finds_its_element_in_the_pages_charset() -> None:
    slots = locate(PAGE.format("<p class=größe>a</p>").encode("cp1252"), Charset("cp1252", "cp1252"), [".größe"])
    assert not isinstance(slots, Untouched)
    assert isinstance(slots[".größe"], Slot)


def test_a_page_that_takes_too_long_is_given_up() -> None:
    assert locate(PAGE.format("<p id=x>a</p>").encode(), UTF_8, ["#x"], Steps(100)) == Untouched("too-slow")


def test_where_there_is_no_time_for_the_proof_the_slot_is_too_slow() -> None:
    page = PAGE.format("<p id=x>a</p>" + "<i>b</i>" * 100).encode()
    needed = Steps()
    locate(page, UTF_8, ["#x"], needed)
    assert locate(page, UTF_8, ["#x"], Steps(ENOUGH - needed.left - 1)) == {"#x": "too-slow"}
    assert isinstance(locate(page, UTF_8, ["#x"], Steps(ENOUGH - needed.left)), dict)


def test_a_selector_that_takes_too_long_leaves_the_others_alone() -> None:
    page = PAGE.format("<p id=x>a</p>" + "<b>b</b>" * 20_000).encode()
    found = locate(page, UTF_8, ["p ~ i ~ b:nth-last-child(9999)", "#x"])
    assert not isinstance(found, Untouched)
    assert found["p ~ i ~ b:nth-last-child(9999)"] == "too-slow"
    assert isinstance(found["#x"], Slot)


def test_very_many_slots_on_a_small_page_end() -> None:
    page = PAGE.format("".join(f"<div id=d{n}><i>" for n in range(100))).encode()
    steps = Steps(5_000_000)
    found = locate(page, UTF_8, [f"#d{n}" for n in range(100)], steps)
    assert not isinstance(found, Untouched)
    assert "too-slow" in found.values()


def test_a_page_that_is_too_deep_is_not_parsed() -> None:
    assert locate(b"<div>" * 60_000, UTF_8, ["div"]) == Untouched("too-deep")
