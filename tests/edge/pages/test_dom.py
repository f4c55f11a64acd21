"""The law of editing: an edited page is the origin's page with that element changed in its tree, and nothing else.

The expected tree is made by a plain walk over lexbor's tree of the origin's page; the element is exchanged there for
the tree of the variant's markup. The tree of the edited bytes must equal it, with and without scripting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from edge.pages.charset import UTF_8
from edge.pages.edit import Edited, Untouched, edit
from edge.pages.locate import locate
from edge.pages.values import Slot
from rules.values import Form

HTML = "text/html; charset=utf-8"
PLAIN = LexborDocumentOptions.WO_EVENTS
CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.html"))
MANUALS = sorted(p for p in Path("/usr/share/doc").glob("python3*/html/**/*.html") if p.stat().st_size < 60_000)[::30]

Tree = str | tuple[str, tuple[tuple[str, str], ...], "list[Tree]"]
Change = Callable[[LexborNode], "list[Tree] | None"]


def nodes(first: LexborNode | None) -> Iterator[LexborNode]:
    while first is not None:
        yield first
        first = first.next


def merged(trees: list[Tree]) -> list[Tree]:
    """Text beside text is one text."""
    out: list[Tree] = []
    for tree in trees:
        if isinstance(tree, str) and out and isinstance(out[-1], str):
            out[-1] += tree
        elif tree != "":
            out.append(tree)
    return out


def grown(node: LexborNode, change: Change) -> list[Tree]:
    changed = change(node)
    return [bare(node, change)] if changed is None else changed


def bare(node: LexborNode, change: Change) -> Tree:
    if node.is_text_node:
        return node.text_content or ""
    if not node.is_element_node:
        return ("!", (), [node.html or ""])
    children = [tree for child in nodes(node.first_child) for tree in grown(child, change)]
    if node.tag == "template":  # what it holds is not among its children
        own = [
            held for held in node.template_fragments() if held.parent is not None and held.parent.mem_id == node.mem_id
        ]
        children += [bare(child, unchanged) for held in own for child in nodes(held.first_child)]
    return (node.tag or "", attributes(node), merged(children))


def attributes(node: LexborNode) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, value or "") for name, value in node.attributes.items()))


def unchanged(_: LexborNode) -> None:
    return None


def fragment(markup: str, parent: str) -> list[Tree]:
    if not markup:
        return []
    tree = LexborHTMLParser(markup.encode(), is_fragment=True, fragment_tag=context(parent), options=PLAIN)
    first = tree.root
    while first is not None and first.prev is not None:
        first = first.prev
    return [bare(node, unchanged) for node in nodes(first)]


def context(parent: str) -> str:
    """The element that a fragment is parsed for; to lexbor a name that HTML does not know is none."""
    try:
        LexborHTMLParser("", is_fragment=True, fragment_tag=parent)
    except ValueError:
        return "div"
    return parent


def document(page: bytes, scripting: bool, change: Callable[[LexborHTMLParser], Change]) -> list[Tree]:
    parsed = LexborHTMLParser(page, options=PLAIN, scripting=scripting)
    first = parsed.root
    while first is not None and first.prev is not None:
        first = first.prev
    do = change(parsed)
    return merged([tree for node in nodes(first) for tree in grown(node, do)])


def all_of(parsed: LexborHTMLParser, forms: list[tuple[str, Form]]) -> Change:
    """Several forms at once, each at the element that its selector finds in the origin's tree."""
    found = [(parsed.css_first(selector), form) for selector, form in forms]

    def change(node: LexborNode) -> list[Tree] | None:
        mine = [form for target, form in found if target is not None and target.mem_id == node.mem_id]
        if not mine or busy[-1:] == [node.mem_id]:
            return None
        busy.append(node.mem_id)
        own = bare(node, change)
        busy.pop()
        return composed(own, mine, (node.parent.tag if node.parent is not None else None) or "body")

    busy: list[int] = []
    return change


def composed(own: Tree, forms: list[Form], parent: str) -> list[Tree]:
    front: list[Tree] = []
    behind: list[Tree] = []
    middle = [own]
    for form in forms:
        if form.kind == "before":
            front += fragment(form.text, parent)
        elif form.kind == "after":
            behind += fragment(form.text, parent)
        else:
            middle = [tree for old in middle for tree in formed(old, form, parent)]
    return [*front, *middle, *behind]


def formed(own: Tree, form: Form, parent: str) -> list[Tree]:
    """What a form makes of an element, in the tree."""
    assert not isinstance(own, str)
    if form.kind == "text":
        return [(own[0], own[1], merged([form.text]))]
    if form.kind == "set":
        values = {**dict(own[1]), **dict(form.attributes)}
        return [(own[0], tuple(sorted((k, v) for k, v in values.items() if v is not None)), own[2])]
    return fragment(form.text, parent) if form.kind == "replace" else []


def check(page: bytes, selector: str, form: Form) -> str:
    """Hold one edit against the law; say what became of it."""
    edited = edit(page, HTML, [("e", [(selector, form)])])
    assert isinstance(edited, Edited), edited
    if not edited.shown:
        assert edited.body is page
        return edited.missing[0][1]
    slots = locate(page, UTF_8, [selector])
    assert isinstance(slots, dict)
    slot = slots[selector]
    assert isinstance(slot, Slot)
    assert edited.body.startswith(page[: slot.start])
    assert edited.body.endswith(page[slot.end :])
    for scripting in (False, True):
        wanted = document(page, scripting, lambda parsed: all_of(parsed, [(selector, form)]))
        assert document(edited.body, scripting, lambda _: unchanged) == wanted
    return "shown"


FORMS = [
    Form("replace", '<section class="new"><h2>new</h2> &amp; <b>improved</b></section>'),
    Form("replace", "<li>new</li>"),
    Form("replace", "<b>new</b>"),
    Form("replace", "<tr><td>new</td></tr>"),
    Form("replace", "plain"),
    Form("replace", "<p>unclosed"),
    Form("text", "new & <old>"),
    Form("set", attributes=(("class", 'a "b" & c'), ("title", None), ("data-new", ""))),
    Form("remove"),
    Form("before", "<p>before</p>"),
    Form("before", "<i>before</i>"),
    Form("before", "<form><input></form>"),
    Form("after", "<p>after</p>"),
    Form("after", "after"),
]
SELECTORS = ["#x", "h1", "p", "a", "b", "li", "td", "tr", "table", "ul", "div", "span", "form", "title", "body", "img",
             "section", "select", "option", "svg", "p:nth-of-type(2)", "div > p", "li + li"]  # fmt: skip


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_on_a_nasty_page_every_edit_that_is_made_is_right(path: Path) -> None:
    page = path.read_bytes()
    outcomes = Counter(check(page, selector, form) for selector in SELECTORS for form in FORMS)
    assert outcomes["shown"] > 0, outcomes


@pytest.mark.skipif(not MANUALS, reason="needs Debian's package python3-doc")
def test_on_pages_of_pythons_manual_almost_every_edit_is_made_and_right() -> None:
    forms = {"h1": FORMS[0], "div.body p": FORMS[6], "a.reference": FORMS[7], "title": FORMS[6], "li": FORMS[1]}
    outcomes = Counter(check(path.read_bytes(), s, form) for path in MANUALS for s, form in forms.items())
    outcomes.pop("no-match", None)
    assert outcomes["shown"] >= 0.95 * outcomes.total(), outcomes


TEXTS = st.sampled_from(["x", " ", "\n", "a &amp; b", "&", "<", "é", "&am", "</", '"', "> ", "p;"])
TRAPS = st.sampled_from(
    [
        "<!-- <p> -->",
        "<!-->",
        "<!--a--!>",
        "<?pi?>",
        "</>",
        "<![CDATA[x<b>]]>",
        "<!doctype html>",
        "<script>'<p>'</script>",
        "<script><!--<script></script>--></script>",
        "<style></p></style>",
        "</p>",
        "</br>",
        "</div>",
        "</b>",
        "</table>",
        "</body>",
        "</form>",
        "</h2>",
        "</li>",
        "<br>",
        "<hr/>",
        "<img src=a>",
        "<input type=hidden>",
        "<col>",
    ]
)
NAMES = st.sampled_from(
    ["div", "p", "span", "b", "i", "a", "ul", "li", "table", "tr", "td", "section", "h1", "form"] * 3
    + [
        "h2",
        "button",
        "font",
        "code",
        "em",
        "select",
        "option",
        "svg",
        "path",
        "math",
        "mi",
        "foreignObject",
        "title",
        "textarea",
        "noscript",
        "pre",
        "dl",
        "dt",
        "dd",
        "center",
        "nobr",
        "tbody",
        "caption",
        "object",
        "ruby",
        "rt",
        "body",
        "head",
        "html",
        "main",
        "label",
        "my-tag",
    ]
)
ATTRIBUTES = st.sampled_from(
    ["", "", "", " class='k>'", " hidden", ' title="\'"', " CLASS=q class=z", " x=", " =b", "/"]
)


def element(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, extra, content, closed: f"<{name}{extra}>{content}" + (f"</{name}>" if closed else ""),
        NAMES,
        ATTRIBUTES,
        st.lists(inside, max_size=4).map("".join),
        st.sampled_from([True] * 5 + [False]),
    )


MARKUP = st.lists(st.recursive(TEXTS | TRAPS, element, max_leaves=12), max_size=5).map("".join)
SKELETONS = st.sampled_from(
    [
        "<!doctype html><html><head><title>t</title></head><body>{}<{name} id=x title=t>{}</{name}>{}</body></html>\n",
        "<!doctype html><html><head></head><body><div>{}<{name} id=x>{}{}</div></body></html>",
        "<!doctype html><body><ul><li>{}<{name} id=x>{}</{name}>{}</ul>",
        "<table>{}<tr><td>{}<{name} id=x>{}</{name}></table>",
        "{}<{name} id='x'>{}</{name}>{}",
    ]
)
PAGES = st.builds(
    lambda frame, before, inside, behind, name: frame.format(before, inside, behind, name=name).encode(),
    SKELETONS,
    MARKUP,
    MARKUP,
    MARKUP,
    NAMES,
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(page=PAGES, form=st.sampled_from(FORMS))
def test_on_any_page_every_edit_that_is_made_is_right(page: bytes, form: Form) -> None:
    check(page, "#x", form)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(page=PAGES, others=st.lists(st.tuples(st.sampled_from(SELECTORS), st.sampled_from(FORMS)), max_size=3))
def test_edits_made_together_are_right_too(page: bytes, others: list[tuple[str, Form]]) -> None:
    forms = [("#x", FORMS[8]), *others]
    edited = edit(page, HTML, [(str(number), [form]) for number, form in enumerate(forms)])
    assert isinstance(edited, Edited)
    shown = [forms[int(number)] for number in edited.shown]
    for scripting in (False, True):
        wanted = document(page, scripting, lambda parsed: all_of(parsed, shown))
        assert document(edited.body, scripting, lambda _: unchanged) == wanted


@settings(max_examples=200, deadline=None)
@given(page=st.binary(max_size=300) | st.text("<>/!-ab \"'=&", max_size=200).map(str.encode))
def test_garbage_never_raises_and_is_never_changed_outside_of_an_element(page: bytes) -> None:
    edited = edit(page, HTML, [("e", [("a", Form("remove"))])])
    if page.startswith((b"\xfe\xff", b"\xff\xfe")):  # the mark of UTF-16
        assert edited == Untouched("charset")
    else:
        assert isinstance(edited, Edited)
        assert edited.shown or edited.body is page
