"""The rules on the pages themselves: `windsock check --origin`.

What the rules alone cannot tell is tried here with the code that serves: each variant of each experience is put into
each page that its `where` names, and what would keep it from being shown is said where the variant stands in the file.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import httpx

from edge.cli.checkup.origin import Page
from edge.cli.checkup.visit import Visit
from edge.pages.charset import charset_of
from edge.pages.edit import Edited, Editor, Untouched
from edge.pages.hydration import framework
from edge.pages.tree import Node, Tree, parse
from rules.conflict import Together
from rules.judgement import place_of
from rules.problem import Mistake, Place
from rules.scan import scan
from rules.values import Experience, RuleSet, Variant

Plain = Mapping[str, Any]
Advice = tuple[str, Mistake]

MOST_VARIANTS: Final = 5
"""Variants of an experience that are tried beside those of another one."""

PARTS: Final = frozenset(b"caption col colgroup tbody td tfoot th thead tr".split())
"""Elements that are none outside of a table."""

PATIENCE: Final = 10.0
"""Seconds for one page."""

_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Looked:
    """A page as a browser reads it, and as the edge edits it."""

    page: Page
    tree: Tree
    takes_over: str | None  # the framework that does, in the browser
    editor: Editor
    runner: asyncio.Runner

    def edited(self, *shown: tuple[Experience, Variant]) -> Edited | Untouched:
        """The page with these variants on it."""
        experiences = [(experience.name, variant.forms) for experience, variant in shown]
        values = {experience.name: dict.fromkeys(variant.placeholders, "example") for experience, variant in shown}
        kind = self.page.headers.get("content-type", "")
        return self.runner.run(self.editor.edit(self.page.body, kind, experiences, values))


def look(rules: RuleSet, document: Plain, visit: Visit) -> Iterator[Advice]:
    """Everything about the rules that can be seen on the pages of the site."""
    told: set[tuple[str, Place, str]] = set()
    for file, mistake in _look(rules, document, visit):
        about = (file, mistake.at, mistake.hint)  # of several pages with the same trouble the first is enough
        if about not in told:
            told.add(about)
            yield file, mistake


def _look(rules: RuleSet, document: Plain, visit: Visit) -> Iterator[Advice]:
    plain = {each["name"]: each for each in document["experiences"]}
    on_page: dict[str, list[Experience]] = {}
    for experience in rules.experiences:
        paths = visit.pages_of(plain[experience.name]["where"])
        if not paths:
            yield experience.file, _no_page(plain[experience.name])
        for path in paths:
            on_page.setdefault(path, []).append(experience)
    with asyncio.Runner() as runner:
        editor = Editor(visit.settings.max_page_bytes, patience=PATIENCE)
        for path, experiences in on_page.items():
            page = visit.page(path)
            if page is None:
                return
            yield from _page(page, experiences, plain, rules, (editor, runner))
    for experience in rules.experiences:
        yield from ((experience.file, each) for each in _targets(experience, plain[experience.name], visit))


def _warning(at: Place, message: str, hint: str, *, key: bool = False) -> Mistake:
    return Mistake(at, message, hint, "warning", key)


def _no_page(plain: Plain) -> Mistake:
    glob = plain["where"]["path"][0]
    hint = f"name one that it is about: --page {glob.replace('*', '…')}"
    return _warning(("where",), f"no page was looked at: the sitemap has none for `{glob}`", hint)


# One page


def _page(
    page: Page,
    experiences: Sequence[Experience],
    plain: Mapping[str, Plain],
    rules: RuleSet,
    bench: tuple[Editor, asyncio.Runner],
) -> Iterator[Advice]:
    inside = [each for each in experiences if each.delivery == "page"]
    if trouble := _unreadable(page):
        concerned = [each for each in experiences if each.delivery != "redirect"] if page.status >= 400 else inside
        yield from ((each.file, _warning(("where",), *trouble)) for each in concerned)
        return
    charset = charset_of(page.body, page.headers.get("content-type", ""))
    if not inside or charset is None:
        message = f"the page {page.path} is in a charset that cannot be edited: it passes untouched"
        yield from ((each.file, _warning(("where",), message, "serve it as UTF-8")) for each in inside)
        return
    looked = Looked(page, parse(page.body, charset), framework(page.body), *bench)
    for each in inside:
        yield from ((each.file, mistake) for mistake in _experience(looked, each, plain[each.name]))
    yield from _overlaps(looked, inside, plain, rules)


def _unreadable(page: Page) -> tuple[str, str] | None:
    """Why a page cannot be looked at: message and hint."""
    kind = page.headers.get("content-type", "nothing")
    if 300 <= page.status < 400:
        to = page.headers.get("location", "nowhere")
        return f"the page {page.path} sends visitors on to {to}: nothing is shown on it", "write that page into `where`"
    if page.status != _OK:
        return f"the page {page.path} answers {page.status}", "correct the path in `where`, or the site"
    if kind.partition(";")[0].strip().lower() != "text/html":
        return f"the page {page.path} is no HTML but {kind}: it passes untouched", "name pages in `where`"
    if not page.whole:
        return f"the page {page.path} is too large to be edited", "see the setting max_page_bytes"
    return None


def _experience(looked: Looked, experience: Experience, plain: Plain) -> Iterator[Mistake]:
    path = looked.page.path
    for number, slot in enumerate(experience.slots):
        at: Place = ("slot", number) if len(experience.slots) > 1 else ("slot",)
        found = looked.tree.css(slot)
        if not found:
            yield _warning(at, f"nothing on the page {path} matches `{slot}`", "compare the selector with the page")
        elif len(found) > 1:
            message = f"{len(found)} elements on the page {path} match `{slot}`: the first one counts"
            yield _warning(at, message, "write a selector of that one alone, such as one with an id")
        if found and looked.takes_over and number == 0:
            message = f"{looked.takes_over} takes the page {path} over in the browser and may undo what is shown here"
            yield _warning(at, message, _TAKEN_OVER)
    for variant in experience.variants.values():
        yield from _variant(looked, experience, variant, plain)


def _variant(looked: Looked, experience: Experience, variant: Variant, plain: Plain) -> Iterator[Mistake]:
    if any(not looked.tree.css(slot) for slot, _ in variant.forms):
        return
    edited = looked.edited((experience, variant))
    if isinstance(edited, Untouched):
        message = f"the page {looked.page.path} cannot be edited ({edited.reason}): it passes untouched"
        yield _warning(("where",), message, _UNTOUCHED)
        return
    for _, child in edited.skipped:
        message = f"on the page {looked.page.path} no child of the slot matches `{child}`: it is not moved"
        yield _warning(("variants", variant.name), message, "compare the selector with the page", key=True)
    for _, miss in edited.missing:
        message, hint = _MISSES.get(miss, (f"it cannot be shown ({miss})", "choose another slot"))
        yield _warning(("variants", variant.name), f"on the page {looked.page.path} {message}", hint, key=True)
    if part := _dropped(looked, variant, edited):
        message = f"on the page {looked.page.path} browsers drop its <{part}>, which stands in no table there"
        yield _warning(("variants", variant.name), message, _MISSES["markup"][1], key=True)
    for slot, form in variant.forms:
        node = looked.tree.css_first(slot)
        names = {name for name, _ in form.attributes}
        if node is not None and "src" in names and "srcset" not in names and (told := _other_source(node)):
            place = (*place_of(plain, variant.name, slot, "set"), "src")
            yield _warning(place, f"on the page {looked.page.path} {told[0]}", told[1], key=True)


def _dropped(looked: Looked, variant: Variant, edited: Edited) -> str | None:
    """The part of a table in this variant that is no element on the page: browsers read over it."""
    if not any(tag.name in PARTS for _, form in variant.forms for tag in scan(form.text.encode())):
        return None
    charset = charset_of(edited.body, looked.page.headers.get("content-type", ""))
    if charset is None:
        return None
    before, after = _unread(looked.page.body, looked.tree), _unread(edited.body, parse(edited.body, charset))
    return next((name for name in after if after[name] > before[name]), None)


def _unread(page: bytes, tree: Tree) -> Counter[str]:
    """How many start tags of each part of a table are no element."""
    tags = Counter(tag.name.decode() for tag in scan(page) if not tag.closing and tag.name in PARTS)
    return Counter({name: count - len(tree.css(name)) for name, count in tags.items()})


def _other_source(node: Node) -> tuple[str, str] | None:
    """Where a browser takes the picture from instead of `src`."""
    if "srcset" in node.attributes:
        return (
            "the picture has a `srcset`, which browsers take instead of `src`",
            "set it too: `srcset: null` removes it",
        )
    above = node.parent
    if above is not None and above.tag == "picture" and above.css_first("source") is not None:
        return "the picture stands in a <picture>, whose <source> browsers take", "make the whole <picture> the slot"
    return None


def _overlaps(
    looked: Looked, experiences: Sequence[Experience], plain: Mapping[str, Plain], rules: RuleSet
) -> Iterator[Advice]:
    meeting = Together(rules.own)
    for first, second in combinations(experiences, 2):
        one, other = plain[first.name], plain[second.name]
        if set(first.slots) & set(second.slots) or not _clash(looked, first, second):
            continue  # the same selector is told without looking at pages
        if meeting.on_one_page(one, other):
            message = f"on the page {looked.page.path} it takes a place of `{first.name}` ({first.file})"
            at: Place = ("slot",)
            yield second.file, _warning(at, f"{message}, which comes first: this one is not shown there", _OVERLAP)


def _clash(looked: Looked, first: Experience, second: Experience) -> bool:
    """Whether some variants of the two cannot be shown together; a few of each stand for all."""
    some, others = (
        [each for each in (*one.variants.values(),) if each.forms][:MOST_VARIANTS] for one in (first, second)
    )
    for one, other in product(some, others):
        edited = looked.edited((first, one), (second, other))
        if isinstance(edited, Edited) and (second.name, "overlap") in edited.missing:
            return True
    return False


# Other pages


def _targets(experience: Experience, plain: Plain, visit: Visit) -> Iterator[Mistake]:
    """Pages that are asked for in another's place, or that visitors are sent to."""
    for variant in experience.variants.values():
        if not variant.target or urlsplit(variant.target).netloc:
            continue
        page = visit.page(variant.target)
        if page is None:
            return
        at: Place = ("variants", variant.name, experience.delivery)
        if page.status >= 400:
            yield _warning(at, f"the page {page.path} answers {page.status}", "correct the path, or the site")
        elif experience.delivery == "path" and page.status == _OK and not _canonical(page):
            message = f"search engines can find {page.path} as a page of its own, with nearly the same content"
            home = next((path for path in plain["where"]["path"] if "*" not in path and "{" not in path), "/")
            yield _warning(at, message, f'give it <link rel="canonical" href="{home}"> in its head')


def _canonical(page: Page) -> bool:
    """Whether a page names another one as the one to be found."""
    if 'rel="canonical"' in page.headers.get("link", "").replace("'", '"'):
        return True
    charset = charset_of(page.body, page.headers.get("content-type", ""))
    node = parse(page.body, charset).css_first("link[rel~=canonical]") if charset else None
    href = (node.attributes.get("href") or "") if node is not None else ""
    own = httpx.URL(page.path).path
    return bool(href) and unquote(urlsplit(href).path) != own


_UNTOUCHED: Final = "choose other pages, or look at it with windsock doctor"
_TAKEN_OVER: Final = (
    "choose a slot outside of its root, or let the site make the difference: `slot: header` or `slot: path`"
)
_OVERLAP: Final = "give both the same `group: NAME`, or choose other slots"

_MISSES: Final[Mapping[str, tuple[str, str]]] = {
    "selector": ("the selector cannot be understood", "write a simpler one, such as one with an id"),
    "structure": (
        "the markup around this element is so interwoven that it cannot be exchanged alone",
        "choose an element around it, or mend the page's markup",
    ),
    "element": ("this element cannot take this form", "use `set` for attributes, or an element around it"),
    "markup": (
        "this markup would not stay inside its place (a `div` in a `p`, a cell without a table)",
        "write markup that may stand there, or choose another slot",
    ),
    "attribute": ("this attribute cannot be changed here", "use `html` for the whole element"),
    "charset": ("this text has characters that the page's charset lacks", "serve the page as UTF-8"),
    "value": ("a placeholder stands where its value cannot be written safely", "put it into a text or an attribute"),
    "too-slow": ("the page is too large or too deep to find this slot in time", "choose an element with an id"),
    "overlap": ("two forms of this variant want the same place", "choose slots that do not lie in each other"),
}
"""Why a variant is not shown -> message and hint."""
