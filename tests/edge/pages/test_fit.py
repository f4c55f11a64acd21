from __future__ import annotations

import pytest

from edge.pages import fit
from edge.pages.charset import UNDECLARED, UTF_8, Charset
from edge.pages.values import Slot

BODY = ("html", "body")
LATIN = Charset("cp1252", "cp1252")


def slot(*around: str, name: str = "div", in_form: bool = False, quirks: bool = False) -> Slot:
    return Slot(name, 10, 20, 30, 40, context=around or BODY, in_form=in_form, quirks=quirks)


@pytest.mark.parametrize(
    ("why", "around", "text"),
    [
        ("a block in the body", BODY, "<section><h1>a</h1>b</section>\n"),
        ("plain text", BODY, "hello"),
        ("nothing", BODY, ""),
        ("a comment", BODY, "<!-- c -->"),
        ("several elements", BODY, "<p>a</p> <p>b</p>"),
        ("words in a paragraph", (*BODY, "p"), "<b>a</b> b"),
        ("an item in a list", (*BODY, "ul"), "<li>a</li>"),
        ("a row in a table", (*BODY, "table", "tbody"), "<tr><td>a</td></tr>"),
        ("an option", (*BODY, "select"), "<option>a</option>"),
        ("a link to a stylesheet", ("html", "head"), '<link rel=stylesheet href="/a.css">'),
        ("a form", BODY, "<form><input></form>"),
        ("an svg", BODY, '<svg viewBox="0 0 1 1"><path d="M0 0"/></svg>'),
        ("a script", BODY, "<script>if (a < b) c()</script>"),
        ("a void element without a slash", BODY, "<img src=a><br>"),
        ("an inner list whose items are not closed", BODY, "<ul><li>a<li>b</ul>"),
        ("an ampersand in an address", BODY, '<a href="?a=1&b=2">c</a>'),
    ],
)
def test_markup_that_stays_in_its_place_is_written_as_it_is(why: str, around: tuple[str, ...], text: str) -> None:
    assert fit.markup(slot(*around), text, UTF_8) == text.encode(), why


@pytest.mark.parametrize(
    ("why", "around", "text"),
    [
        ("an unclosed element", BODY, "<div>a"),
        ("an unclosed formatting element", BODY, "<p><b>a</p>"),
        ("an unclosed item", (*BODY, "ul"), "<li>a"),
        ("an unclosed comment", BODY, "<!-- a"),
        ("an unclosed attribute", BODY, '<a href="x'),
        ("an unclosed tag", BODY, "a<b"),
        ("an unclosed script", BODY, "<script>a"),
        ("an unclosed textarea", BODY, "<textarea>"),
        ("an end tag of what is around", (*BODY, "div"), "a</div>b"),
        ("an end tag that opens", BODY, "</p>x</body>"),
        ("a block in a paragraph", (*BODY, "p"), "<div>a</div>"),
        ("a paragraph in a paragraph", (*BODY, "p"), "<p>a</p>"),
        ("a paragraph that opens the next one", (*BODY, "p"), "<p>a"),
        ("a heading in a heading", (*BODY, "h1"), "<h2>a</h2>"),
        ("a link in a link", (*BODY, "a"), "<a href=x>b</a>"),
        ("a button in a button", (*BODY, "button"), "<button>b</button>"),
        ("text in a table", (*BODY, "table"), "a"),
        ("a paragraph in a table", (*BODY, "table", "tbody"), "<p>a</p>"),
        ("a paragraph in the head", ("html", "head"), "<p>a</p>"),
        ("a body's attributes", BODY, "<body class=a>"),
        ("a whole document", BODY, "<!doctype html><html><body>a</body></html>"),
        ("half a reference", BODY, "R&amp"),
        ("a dangling angle bracket", BODY, "a <"),
        ("plaintext", BODY, "<plaintext>"),
    ],
)  # fmt: skip
def test_markup_that_would_change_what_is_around_it_is_refused(why: str, around: tuple[str, ...], text: str) -> None:
    assert fit.markup(slot(*around), text, UTF_8) == "markup", why


def test_a_form_in_a_form_is_refused() -> None:
    assert fit.markup(slot(in_form=True), "<p><form></form></p>", UTF_8) == "markup"


def test_the_end_of_a_form_that_began_outside_is_refused() -> None:
    assert fit.markup(slot(in_form=True), "a</form>", UTF_8) == "markup"


def test_a_table_stands_in_a_paragraph_only_where_the_page_is_old() -> None:
    table = "<table><tr><td>a</td></tr></table>"
    assert fit.markup(slot(*BODY, "p"), table, UTF_8) == "markup"
    assert fit.markup(slot(*BODY, "p", quirks=True), table, UTF_8) == table.encode()


def test_a_place_that_cannot_be_opened_again_is_refused() -> None:
    assert fit.markup(slot(*BODY, "p", "p"), "a", UTF_8) == "structure"


def test_text_is_never_markup() -> None:
    assert fit.content(slot(), "<script>alert(1)</script> & 'co'", UTF_8) == (
        b"&lt;script&gt;alert(1)&lt;/script&gt; &amp; 'co'"
    )


def test_text_in_a_title_is_escaped_like_any_other() -> None:
    assert fit.content(slot("html", "head", name="title"), "a</title><b>", UTF_8) == b"a&lt;/title&gt;&lt;b&gt;"


def test_the_line_break_that_a_pre_would_swallow_is_written_twice() -> None:
    assert fit.content(slot(name="pre"), "\na", UTF_8) == b"\n\na"


def test_no_text_empties_a_slot() -> None:
    assert fit.content(slot(), "", UTF_8) == b""


@pytest.mark.parametrize(
    ("charset", "body"),
    [
        (UTF_8, "<p title='ü'>ü € 日</p>".encode()),
        (LATIN, b"<p title='\xfc'>\xfc \x80 &#26085;</p>"),
        (Charset("koi8-r", "koi8-r"), b"<p title='&#252;'>&#252; &#8364; &#26085;</p>"),
        (Charset("koi8-u", "ascii"), b"<p title='&#252;'>&#252; &#8364; &#26085;</p>"),
        (UNDECLARED, b"<p title='&#252;'>&#252; &#8364; &#26085;</p>"),
    ],
)
def test_letters_are_written_for_the_pages_charset(charset: Charset, body: bytes) -> None:
    assert fit.markup(slot(), "<p title='ü'>ü € 日</p>", charset) == body


@pytest.mark.parametrize("text", ["<script>'日'</script>", "<style>a::before {content: '日'}</style>", "<p 日=1>a</p>"])
def test_letters_where_no_reference_is_read_are_refused(text: str) -> None:
    assert fit.markup(slot(), text, LATIN) == "charset"
    assert fit.markup(slot(), text, UTF_8) == text.encode()


def test_half_a_surrogate_pair_is_no_text() -> None:
    assert fit.markup(slot(), "a\ud800", UTF_8) == "charset"
    assert fit.content(slot(), "a\ud800", UTF_8) == "charset"
    assert fit.content(slot("html", "head", name="title"), "a\ud800", UTF_8) == "charset"
