"""Which markup can stand on no page: what the page editor would take somewhere is never refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.pages import fit
from edge.pages.charset import UTF_8
from edge.pages.values import Slot
from rules.load import load
from rules.markup import misplaced

PLACES = [
    ("html", "body", *inner)
    for inner in (
        (), ("div",), ("p",), ("ul",), ("a",), ("table",), ("table", "tbody"), ("table", "tbody", "tr"),
        ("table", "colgroup"), ("svg",), ("math",),
    )
] + [("html", "head")]  # fmt: skip


def taken(text: str) -> bool:
    """Whether the page editor would put it into some place."""
    slots = (Slot("div", 10, 20, 30, 40, context=place, in_form=False, quirks=False) for place in PLACES)
    return any(isinstance(fit.markup(slot, text, UTF_8), bytes) for slot in slots)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "a < b & c > d",
        "<section><h1>a</h1>b</section>\n",
        "<p>a</p> <p>b</p>",
        "<!-- <div> -->",
        "<img src=a><br><input disabled>",
        "<br/><img src='a'/>",
        "<ul><li>a<li>b</ul>",
        "<dl><dt>a<dd>b</dl>",
        "<table><tr><td>a<td>b<tr><td>c</table>",
        "<li>a</li><li>b</li>",
        "<tr><td>a</td></tr>",
        "<td>a</td>",
        "<col><col>",
        "<caption>a</caption>",
        "<option>a</option>",
        "<svg viewBox='0 0 1 1'><path d='M0 0'/><g><circle r=1 /></g></svg>",
        "<path d='M0 0'/>",
        "<mi>x</mi>",
        "<script>if (a < b) document.write('<div>')</script>",
        "<style>a > b {}</style>",
        "<textarea><body></textarea>",
        "<template><tr><td>a</template>",
        "<a href='?a=1&b=2' title='<body>'>c</a>",
        "<form><input></form>",
        "<x-card>a</x-card>",
        "<P>a</p>",
        "a</div>b",
        "</p>",
        "<b><i>a</b></i>",
    ],
)
def test_what_the_page_editor_takes_is_fine(text: str) -> None:
    assert taken(text)
    assert misplaced(text, ()) == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<h1>unclosed <div>", "`<h1>` is never closed"),
        ("<div>a", "`<div>` is never closed"),
        ("<div>\n<p>a\n<b>b</p>\n</div>", "`<b>` is never closed (line 3 of the markup)"),
        ("<p>a", "`<p>` is never closed"),
        ("<li>a", "`<li>` is never closed"),
        ("<div/>a", "`<div>` is never closed"),
        ("<textarea>", "`<textarea>` is never closed"),
        ("<script>a", "`<script>` is never closed"),
        ("<svg><path></svg><svg>", "`<svg>` is never closed"),
        ("<!-- a", "ends inside a tag or a comment"),
        ('<a href="x', "ends inside a tag or a comment"),
        ("a<b", "ends inside a tag or a comment"),
        ("R&amp", "the markup ends with `&amp`"),
        ("a <", "the markup ends with `<`"),
        ("<body class=a>", "`<body>` belongs to the page"),
        ("<html><p>a</p>", "`<html>` belongs to the page"),
        ("<!doctype html>\n<html><body>a</body></html>", "`<html>` belongs to the page itself (line 2 of the markup)"),
        ("<plaintext>", "`<plaintext>` is never closed"),
    ],
)
def test_what_no_page_takes_is_refused_and_the_tag_is_named(text: str, told: str) -> None:
    assert not taken(text)
    (mistake,) = misplaced(text, ("variants",))
    assert told in mistake.message
    assert mistake.hint


_PIECES = st.sampled_from(
    ["a", " ", "\n", "&", "&amp;", "<", ">", '"', "'", "/", "<!--", "-->", "=", "<![CDATA[", "]]>", "<br/>", "<path/>"]
    + [
        f"<{slash}{name}>"
        for slash in ("", "/")
        for name in ("p", "div", "b", "a", "li", "tr", "td", "table", "svg", "title", "script", "textarea", "body", "x")
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=7).map("".join))
def test_nothing_is_refused_that_the_page_editor_would_take(text: str) -> None:
    if misplaced(text, ()):
        assert not taken(text)


RULE = """experience: hero
purpose: content
where: /
slot: {slot}
variants:
  classic: original
  other:
    {form}
choose:
  - show: other
"""


@pytest.mark.parametrize(
    ("slot", "form", "line"),
    [
        ("h1", 'html: "<h1>a"', 8),
        ("h1", 'before: "<h1>a"', 8),
        ("h1", 'after: "<h1>a"', 8),
        ("h1", "file: broken.html", 8),
        ("[h1, h2]", '{h1: {text: a}, h2: {html: "<h1>a"}}', 8),
        ("[h1, h2]", "{h1: {text: a}, h2: {file: broken.html}}", 8),
    ],
)
def test_the_line_of_the_form_is_told(slot: str, form: str, line: int, tmp_path: Path) -> None:
    (tmp_path / "broken.html").write_text("<h1>a\n")
    (tmp_path / "hero.yaml").write_text(RULE.replace("{slot}", slot).replace("{form}", form))
    (problem,) = load(tmp_path).problems
    assert str(problem).startswith(f"hero.yaml:{line}:")
    assert "`<h1>` is never closed" in problem.message


def test_a_text_is_no_markup(tmp_path: Path) -> None:
    (tmp_path / "hero.yaml").write_text(RULE.replace("{slot}", "h1").replace("{form}", 'text: "<h1>a"'))
    assert load(tmp_path).problems == ()
