"""Where on a page an element begins and ends: guessed with the scanner, proven with the parser.

A CSS selector is a question about the tree, an edit is about bytes, and no parser connects the two. So a copy of the
page is made in which each start tag carries its number as an attribute, and each end tag has a comment just before it
and one just behind it. Neither changes how a page is parsed. In the tree of that copy the selected element tells
where it began, and the comments around its end tell what ended it: the comment behind an end tag is the next sibling
of the element that this tag closed. An element that nothing closes ends where the next tag is no longer inside it.

All of this is only a guess: the scanner may have been led astray, and markup may be so interwoven (a clone of an
unclosed `<b>`, text that left its table) that no stretch of bytes is the element. `prove.py` decides what may be
edited.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from edge.pages.charset import Charset
from edge.pages.prove import prove
from edge.pages.scan import FORMATTING, VOID, Tag, scan
from edge.pages.tree import Node, Tree, ancestors, first, html, parse
from edge.pages.values import Miss, Slot, Untouched
from edge.pages.weigh import too_heavy

Slots = Mapping[str, Slot | Miss]
"""For each selector its slot, or why there is none."""

_MERGED: Final = frozenset((b"html", b"body"))
_HEADINGS: Final = frozenset((b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"))


def locate(page: bytes, charset: Charset, selectors: Iterable[str]) -> Slots | Untouched:
    """Find the first element that each selector matches, in time linear to the page; any page, also a hostile one."""
    tags, wanted = tuple(scan(page)), tuple(selectors)
    if (heavy := too_heavy(tags)) is not None:
        return Untouched(heavy)
    mark, quirks = unused(page), _quirks(page, tags, charset)
    names = _names(parse(page, charset), wanted)
    found: dict[str, Slot | Miss] = {}
    for marked in (names, None):  # few marks are enough for elements with an end tag of their own
        left = [s for s in wanted if s not in found or (isinstance(slot := found[s], Slot) and slot.open_ended)]
        if left:
            tree = parse(_marked(page, tags, mark, marked), charset)
            guess = _Guess(page, tags, mark, tree, quirks)
            found.update((selector, guess.slot(selector)) for selector in left)
    return prove(page, charset, mark, found)


def unused(page: bytes) -> str:
    """Return a word that can be a tag or an attribute and does not occur on the page."""
    return f"ws-{blake2b(page, digest_size=16).hexdigest()}"  # no page can hold its own digest


def _quirks(page: bytes, tags: Sequence[Tag], charset: Charset) -> bool:
    """Whether the page's doctype (or its absence) lets a table stand inside a `p`."""
    head = page[: tags[0].start] if tags else page
    return "<p><table>" in html(parse(head + b"<p><table>", charset))


def _names(tree: Tree, selectors: Iterable[str]) -> frozenset[bytes]:
    """The names of the elements that matter: the selected, their forgetful ancestors, and tables."""
    names = {b"table"}
    for selector in selectors:
        with suppress(ValueError):
            node = first(tree, selector)
            around = () if node is None else (name for above in ancestors(node) if (name := _name(above)) in FORMATTING)
            names.update(around, () if node is None else (_name(node),))
    return frozenset(names | _HEADINGS if names & _HEADINGS else names)


def _name(node: Node) -> bytes:
    return (node.tag or "").lower().encode()


def _marked(page: bytes, tags: Sequence[Tag], mark: str, names: frozenset[bytes] | None) -> bytes:
    """The copy: a number in each start tag, comments around each end tag; of these names only, or of all."""
    word = mark.encode()
    parts: list[bytes] = []
    at = 0
    for number, tag in enumerate(tags):
        if names is not None and tag.name not in names:
            continue
        if tag.closing:
            before = b"" if tag.raw else b"<!--%b<%d-->" % (word, number)
            parts += page[at : tag.start], before, page[tag.start : tag.end], b"<!--%b>%d-->" % (word, number)
            at = tag.end
        else:
            named = tag.start + 1 + len(tag.name)
            parts += page[at:named], b' %b="%d"' % (word, number)
            at = named
    parts.append(page[at:])
    return b"".join(parts)


@dataclass(frozen=True, slots=True)
class _Guess:
    """Reads the marks in the tree of the copy."""

    page: bytes
    tags: Sequence[Tag]
    mark: str
    tree: Tree
    quirks: bool

    def slot(self, selector: str) -> Slot | Miss:
        """The slot that a selector most probably means."""
        try:
            node = first(self.tree, selector)
        except ValueError:
            return "selector"
        if node is None:
            return "no-match"
        number = self._number(node)
        if number is None:
            return "structure"  # an element that the page does not write, such as an implied `tbody`
        tag = self.tags[number]
        if tag.name in _MERGED and sum(other.name == tag.name and not other.closing for other in self.tags) > 1:
            return "structure"  # a second `<body>` lends its attributes to the first
        closed, end = self._end(node, number)
        clear = self._even_forms(number, end) and not self._moved(number) and not self._among_clones(node)
        doubt: Miss | None = None if clear else "structure"
        return Slot(
            name=(node.tag or "").lower(),
            start=tag.start,
            opened=tag.end,
            closed=closed,
            end=end,
            context=tuple(reversed([(above.tag or "").lower() for above in ancestors(node)])),
            quirks=self.quirks,
            open_ended=end == closed and not self._void(node, tag),
            in_form=self._in_form(number),
            whole=doubt,
            behind=doubt,
            inside=doubt,
        )

    def _number(self, node: Node) -> int | None:
        number = node.attrs.get(self.mark) if node.is_element_node else None
        return int(number) if number and number.isdecimal() else None

    def _comment(self, node: Node | None, sign: str) -> int | None:
        if node is None or not node.is_comment_node:
            return None
        word, found, number = (node.comment_content or "").partition(sign)
        return int(number) if found and word == self.mark and number.isdecimal() else None

    def _end(self, node: Node, number: int) -> tuple[int, int]:
        """Where the content of an element ends, and where all of it does."""
        tag = self.tags[number]
        closer = self._comment(node.next, ">")
        if closer is not None:
            ending = self.tags[closer]
            explicit = ending.name == tag.name or {ending.name, tag.name} <= _HEADINGS
            return ending.start, ending.end if explicit else ending.start
        if self._void(node, tag):
            return tag.end, tag.end
        at = self._next(node, number)
        return at, at

    def _void(self, node: Node, tag: Tag) -> bool:
        return tag.name in VOID or (node.first_child is None and self.page[tag.end - 2 : tag.end] == b"/>")

    def _next(self, node: Node, number: int) -> int:
        """Where the first tag begins that is no longer inside an element."""
        below = node.last_child
        while below is not None:
            near, far = self._comment(below, "<"), self._comment(below, ">")
            if near is not None:
                return self.tags[near].start  # this end tag is what ended it
            if far is not None:
                number, below = far, None
            elif (own := self._number(below)) is not None:
                number, below = own, below.last_child
            else:
                below = below.last_child or below.prev
        return self.tags[number + 1].start if number + 1 < len(self.tags) else len(self.page)

    def _moved(self, number: int) -> bool:
        """Whether the element was written in a table that it is not part of: parsers put it in front of the table."""
        order = [self._number(node) for node in self.tree.css(f'table,[{self.mark}="{number}"]')]
        if number not in order:
            return True
        return any(table is not None and table < number for table in order[order.index(number) :])

    def _among_clones(self, node: Node) -> bool:
        """Whether a forgotten `<b>` was opened again around the element: it was not there while the bytes were read."""
        numbers = [self._number(above) for above in ancestors(node) if (above.tag or "").encode() in FORMATTING]
        return any(len(self.tree.css(f'[{self.mark}="{number}"]')) != 1 for number in numbers)

    def _in_form(self, number: int) -> bool:
        """Whether a form is open where an element begins: parsers drop a form in a form."""
        return next((not tag.closing for tag in reversed(self.tags[:number]) if tag.name == b"form"), False)

    def _even_forms(self, number: int, end: int) -> bool:
        """Whether each form that begins in an element ends in it, and no other does."""
        within = itertools.takewhile(lambda tag: tag.start < end, self.tags[number:])
        forms = [tag.closing for tag in within if tag.name == b"form"]
        return forms == [False, True] * (len(forms) // 2)
