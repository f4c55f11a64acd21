from __future__ import annotations

import pytest

from edge.pages.attributes import Changes, changed
from edge.pages.charset import UTF_8, Charset
from edge.pages.values import Slot


def after(tag: str, *changes: tuple[str, str | None], context: tuple[str, ...] = ("html", "body")) -> str:
    name = tag[1:].replace("/", " ").replace(">", " ").split()[0].lower()
    slot = Slot(name=name, start=0, opened=len(tag), closed=len(tag), end=len(tag), context=context)
    found = changed(slot, tag.encode(), changes, UTF_8)
    return found if isinstance(found, str) else found.decode()


@pytest.mark.parametrize(
    ("why", "tag", "changes", "result"),
    [
        ("a new one goes behind the last", '<a href="x">', (("title", "t"),), '<a href="x" title="t">'),
        ("or behind the name", "<a>", (("title", "t"),), '<a title="t">'),
        ("in front of the slash", "<img src='a' />", (("alt", "b"),), "<img src='a' alt=\"b\" />"),
        ("not into an unquoted value", "<a href=x/>", (("id", "b"),), '<a href=x/ id="b">'),
        ("not into a value that is missing", "<a x=>", (("id", "b"),), '<a id="b" x=>'),
        ("a double-quoted one is replaced", '<a href="x" id=y>', (("href", "z"),), '<a href="z" id=y>'),
        ("a single-quoted one", "<a href = 'x'>", (("href", "z"),), '<a href = "z">'),
        ("an unquoted one", "<a href=x id=y>", (("href", "z"),), '<a href="z" id=y>'),
        ("a bare one", "<a hidden id=y>", (("hidden", "until-found"),), '<a hidden="until-found" id=y>'),
        ("one with an equals sign only", "<a href=>", (("href", "z"),), '<a href="z">'),
        ("capitals are the page's", "<A HREF=x>", (("href", "z"),), '<A HREF="z">'),
        ("the first of two counts", "<a id=x id=y>", (("id", "z"),), '<a id="z" id=y>'),
        ("a > in a value is no end", "<a title='>' id=y>", (("id", "z"),), "<a title='>' id=\"z\">"),
        ("an empty value", "<input>", (("hidden", ""),), '<input hidden="">'),
        ("quotes and ampersands are escaped", "<a>", (("title", '"R&D" <b>'),),
         '<a title="&quot;R&amp;D&quot; &lt;b&gt;">'),
        ("None removes", '<a href="x" id=y>', (("href", None),), "<a id=y>"),
        ("all of its kind", "<a id=x class=c ID='y' id>", (("id", None),), "<a class=c>"),
        ("not what touches it", '<a id="x"class=c>', (("id", None),), "<a class=c>"),
        ("what is not there", "<a class=c>", (("id", None),), "<a class=c>"),
        ("a slash behind it stays apart", "<br class=c id/>", (("id", None),), "<br class=c />"),
        ("before the slash", "<br id=x/>", (("id", None),), "<br>"),
        ("line breaks stay", "<a\n  href='x'\n  id=y\n>", (("id", "z"),), "<a\n  href='x'\n  id=\"z\"\n>"),
        ("several at once", "<img src=a>", (("src", "b"), ("alt", "c"), ("id", None)), '<img src="b" alt="c">'),
        ("a framework's names", "<a>", (("@click", "x"), (":class", "y"), ("data-a.b", "z")),
         '<a @click="x" :class="y" data-a.b="z">'),
    ],
)  # fmt: skip
def test_an_attribute_changes_and_no_other_byte(why: str, tag: str, changes: Changes, result: str) -> None:
    assert after(tag, *changes) == result, why


@pytest.mark.parametrize("name", ["", "a b", "a=b", "a>b", 'a"b', "a/b", "ä", "a\0"])
def test_a_name_that_is_no_attribute_name_is_refused(name: str) -> None:
    assert after("<a>", (name, "x")) == "attribute"


@pytest.mark.parametrize(
    ("tag", "name", "context"),
    [
        ("<meta charset=utf-8>", "charset", ("html", "head")),
        ("<meta name=a>", "http-equiv", ("html", "head")),
        ("<meta http-equiv=content-type content='text/html; charset=utf-8'>", "content", ("html", "head")),
        ("<template>", "shadowrootmode", ("html", "body")),
        ("<input type=hidden>", "type", ("html", "body", "table")),
        ("<font>", "color", ("html", "body", "svg")),
    ],
)
def test_an_attribute_that_decides_how_the_page_is_read_is_refused(
    tag: str, name: str, context: tuple[str, ...]
) -> None:
    assert after(tag, (name, "x"), context=context) == "attribute"


def test_a_description_may_be_set() -> None:
    assert after("<meta name=description content=a>", ("content", "b")) == '<meta name=description content="b">'


def test_letters_that_the_charset_lacks_become_references() -> None:
    slot = Slot("a", 0, 3, 3, 3, ("html", "body"))
    assert changed(slot, b"<a>", (("title", "ü €日"),), Charset("iso8859-2", "iso8859-2")) == (
        b'<a title="\xfc &#8364;&#26085;">'
    )
