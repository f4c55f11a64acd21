from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from edge.pages.charset import UTF_8, Charset
from edge.pages.edit import Edited, edit
from edge.pages.fill import encoded
from rules.values import Form

HTML = "text/html; charset=utf-8"
PAGE = b"<!doctype html><html><body><div id=x>old</div><pre id=p>a</pre></body></html>"


def filled(form: Form, content_type: str = HTML, page: bytes = PAGE, selector: str = "#x", **values: str) -> Edited:
    edited = edit(page, content_type, [("e", [(selector, form)])], {"e": values})
    assert isinstance(edited, Edited)
    return edited


def shown(form: Form, **values: str) -> str:
    body = filled(form, HTML, PAGE, "#x", **values).body
    return body.removeprefix(PAGE.partition(b"<div")[0]).removesuffix(PAGE.partition(b"</div>")[2]).decode()


@pytest.mark.parametrize(
    ("why", "form", "page"),
    [
        ("in an element", Form("replace", "<h2>To {a}!</h2>"), "<h2>To &lt;b&gt; &amp; \"c'!</h2>"),
        ("in double quotes", Form("replace", '<img alt="{a}">'),
         '<img alt="&lt;b&gt; &amp; &quot;c&#39;">'),
        ("in single quotes", Form("replace", "<img alt='{a}'>"), "<img alt='&lt;b&gt; &amp; &quot;c&#39;'>"),
        ("in an address", Form("replace", '<a href="/to/{a}?b">c</a>'),
         '<a href="/to/%3Cb%3E%20%26%20%22c%27?b">c</a>'),
        ("in a plain text", Form("text", "{a} <i>"), "<div id=x>&lt;b&gt; &amp; \"c' &lt;i&gt;</div>"),
        ("in an attribute that is set", Form("set", attributes=(("title", "<{a}>"),)),
         '<div id=x title="&lt;&lt;b&gt; &amp; &quot;c&#39;&gt;">old</div>'),
        ("in an address that is set", Form("set", attributes=(("href", "/{a}"),)),
         '<div id=x href="/%3Cb%3E%20%26%20%22c%27">old</div>'),
        ("before a slot", Form("before", "<b>{a}</b>"), "<b>&lt;b&gt; &amp; \"c'</b><div id=x>old</div>"),
        ("twice", Form("replace", "<b>{a}</b>{a}"), "<b>&lt;b&gt; &amp; \"c'</b>&lt;b&gt; &amp; \"c'"),
    ],
)  # fmt: skip
def test_a_value_is_encoded_for_its_place(why: str, form: Form, page: str) -> None:
    assert shown(form, a="<b> & \"c'") == page, why


def test_what_has_no_value_stays_as_it_was_written() -> None:
    assert shown(Form("replace", "<b>{a} {b}</b>"), a="1") == "<b>1 {b}</b>"
    assert shown(Form("replace", "<b>{a}</b>")) == "<b>{a}</b>"


def test_each_experience_has_values_of_its_own() -> None:
    forms = [("one", [("#x", Form("text", "{slug}"))]), ("two", [("#p", Form("text", "{slug}"))])]
    edited = edit(PAGE, HTML, forms, {"one": {"slug": "1"}, "two": {"slug": "2"}})
    assert isinstance(edited, Edited)
    assert edited.body == PAGE.replace(b"old", b"1").replace(b">a<", b">2<")


@pytest.mark.parametrize("value", ["", ".", "..", "..."])
def test_an_address_has_no_room_for_nothing_and_for_dots(value: str) -> None:
    edited = filled(Form("replace", '<a href="/to/{a}">c</a>'), a=value)
    assert (edited.body, edited.missing) == (PAGE, (("e", "value"),))


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (Form("replace", "<script>x = '{a}'</script>"), "markup"),
        (Form("replace", "<style>.{a} {}</style>"), "markup"),
        (Form("replace", "<!-- {a} -->"), "markup"),
        (Form("replace", "<p title={a}>b</p>"), "markup"),
        (Form("replace", "<p onclick='{a}'>b</p>"), "markup"),
        (Form("replace", "<a href='{a}'>b</a>"), "markup"),
        (Form("replace", "<a href='javascript:{a}'>b</a>"), "markup"),
        (Form("replace", "<table><tr>{a}<td></td></tr></table>"), "markup"),
        (Form("replace", "<pre>{a}</pre>"), "markup"),
        (Form("set", attributes=(("onclick", "{a}"),)), "attribute"),
        (Form("set", attributes=(("href", "{a}"),)), "attribute"),
    ],
)
def test_a_variant_with_a_placeholder_where_none_may_stand_is_not_shown(form: Form, reason: str) -> None:
    edited = filled(form, a="1")
    assert (edited.body, edited.missing) == (PAGE, (("e", reason),))


def test_letters_that_the_page_lacks_become_references_in_values_too() -> None:
    edited = filled(Form("replace", '<b title="{a}">{a}</b>'), "text/html; charset=iso-8859-2", a="ü 日")
    assert b'<b title="\xfc &#26085;">\xfc &#26085;</b>' in edited.body


def test_a_value_that_is_no_text_leaves_the_page_as_it_was() -> None:
    for form in (Form("replace", "<b>{a}</b>"), Form("text", "{a}"), Form("set", attributes=(("title", "{a}"),))):
        assert filled(form, a="\ud800").body == PAGE


def test_the_line_break_at_the_start_of_a_pre_is_kept() -> None:
    assert b"<pre id=p>\n\nb</pre>" in filled(Form("text", "{a}b"), selector="#p", a="\n").body


@pytest.mark.parametrize("charset", [UTF_8, Charset("cp1252", "cp1252")])
def test_an_address_is_the_same_in_every_charset(charset: Charset) -> None:
    assert encoded("ü/", "address") == "%C3%BC%2F", charset


TEMPLATES = st.sampled_from(
    [
        Form("replace", "<section><h2>{a}</h2><p title='{b}'>{b} and <b>{a}</b></p></section>"),
        Form("replace", '<a href="/to/{a}?q={b}#x" title="{b}">{a}</a>'),
        Form("replace", "<ul><li>{a}<li data-x='{b}'>{b}</ul>"),
        Form("replace", "<form action='/to/{a}'><textarea>x{b}</textarea><input value=\"{b}\"></form>"),
        Form("replace", "<table><tr><td>{a}</td><td class='{b}'></table>"),
        Form("replace", "<select><option value='{a}'>{b}</option></select>"),
        Form("replace", "<svg><title>{a}</title><text aria-label='{b}'>{b}</text></svg>"),
        Form("text", "{a}{b} - {a}"),
        Form("after", "<img src='/img/{a}.jpg' srcset='/img/{a}.jpg 1x, /img/{a}-2.jpg 2x' alt='{b}'>"),
        Form("set", attributes=(("title", "{a} {b}"), ("href", "/to/{a}"))),
    ]
)
VALUES = st.text(min_size=1, max_size=20) | st.text("<>/!-\"'=&`; \n\r\ta{}\\:.%#", min_size=1, max_size=20)


@settings(max_examples=300, deadline=None)
@given(form=TEMPLATES, a=VALUES, b=VALUES, content_type=st.sampled_from([HTML, "text/html; charset=iso-8859-2"]))
def test_for_any_value_the_tree_is_that_of_a_harmless_one_with_the_value_in_it(
    form: Form, a: str, b: str, content_type: str
) -> None:
    edited = filled(form, content_type, a=a, b=b)
    harmless = filled(form, content_type, a="aqa", b="bqb")
    assert harmless.shown == ("e",)
    if not edited.shown:
        assert edited.missing == (("e", "value"),)
        assert not (a.strip(".") and b.strip("."))
        return
    assert read(edited.body, content_type) == [
        tuple(put(part, a, b) for part in each) for each in read(harmless.body, content_type)
    ]


def put(part: str, a: str, b: str) -> str:
    """A text or attribute of the harmless page with the values in it, as an address where it is one."""
    if part.startswith("@"):
        return part.replace("aqa", encoded(a, "address") or "").replace("bqb", encoded(b, "address") or "")
    plain = str.maketrans({"\0": "\ufffd"})
    return part.replace("aqa", a.translate(plain)).replace("bqb", b.translate(plain))


def read(page: bytes, content_type: str) -> list[tuple[str, ...]]:
    """All nodes of a page in order: names and attributes of elements, texts."""
    codec = content_type.partition("charset=")[2]
    tree = LexborHTMLParser(page.decode(codec).encode())
    found: list[tuple[str, ...]] = []
    for node in tree.root.traverse(include_text=True) if tree.root is not None else ():
        if node.is_element_node:
            attributes = ((("@" if name in ("href", "action", "src", "srcset") else "=") + (value or ""))
                          for name, value in node.attributes.items())  # fmt: skip
            found.append((node.tag or "", *node.attributes, *attributes))
        else:
            found.append((node.text_content or "",))
    return found
