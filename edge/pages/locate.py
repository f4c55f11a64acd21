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
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from edge.pages.charset import Charset
from edge.pages.foot import foot
from edge.pages.prove import Proof
from edge.pages.row import answers, order_of, targets
from edge.pages.select import Search, Target
from edge.pages.steps import Steps, TooSlowError, weight
from edge.pages.tree import Node, ancestors, html, parse
from edge.pages.values import FOOT, Asked, Foot, Miss, Slot, Slots, Untouched
from edge.pages.weigh import TAGS, too_heavy
from rules.scan import FORMATTING, VOID, Tag, scan

_SCAN: Final = 4  # times as much as a parser needs, with the first parse
_MERGED: Final = frozenset((b"html", b"body"))
_HEADINGS: Final = frozenset((b"h1", b"h2", b"h3", b"h4", b"h5", b"h6"))


def locate(page: bytes, charset: Charset, asked: Iterable[Asked], steps: Steps | None = None) -> Slots | Untouched:
    """Find what is asked for on any page, also a hostile one; `steps`: what may be spent on it."""
    try:
        return _located(page, charset, tuple(asked), steps or Steps())
    except TooSlowError:
        return Untouched("too-slow")


def _located(page: bytes, charset: Charset, asked: tuple[Asked, ...], steps: Steps) -> Slots | Untouched:
    once = weight(page)
    steps.spend(_SCAN * once)
    tags = tuple(itertools.islice(scan(page), TAGS + 1))
    if (heavy := too_heavy(page, tags)) is not None:
        return Untouched(heavy)
    proof = Proof(page, charset, unused(page), steps)
    if FOOT in asked:
        rest = tuple(ask for ask in asked if ask != FOOT)
        return {**_slots(rest, tags, proof), FOOT: _foot(tags, proof)}
    return _slots(asked, tags, proof)


def _foot(tags: Sequence[Tag], proof: Proof) -> Foot | Miss:
    try:
        return foot(tags, proof)
    except TooSlowError:
        return "too-slow"


def _slots(asked: tuple[Asked, ...], tags: Sequence[Tag], proof: Proof) -> Slots:
    if not asked:
        return {}
    page, charset, mark, steps = proof.page, proof.charset, proof.mark, proof.steps
    once, quirks = weight(page), _quirks(page, tags, charset)
    search = Search(parse(page, charset), once, steps)
    orders = {ask: order_of(search, *ask) for ask in asked if not isinstance(ask, str)}
    wanted = targets(asked, orders)
    names = _names(search, wanted)
    found: dict[Target, Slot | Miss] = {}
    for marked in (names, None):  # few marks are enough for elements with an end tag of their own
        left = [target for target in wanted if target not in found or _open_ended(found[target])]
        if left:
            steps.spend(2 * once)
            tree = parse(_marked(page, tags, mark, marked), charset)
            guess = _Guess(page, tags, mark, Search(tree, once, steps), quirks)
            found.update((target, guess.slot(target)) for target in left)
    return answers(asked, orders, proof.prove(found), proof)


def _open_ended(slot: Slot | Miss) -> bool:
    return isinstance(slot, Slot) and slot.open_ended


def unused(page: bytes) -> str:
    """Return a word that can be a tag or an attribute and does not occur on the page."""
    return f"ws-{blake2b(page, digest_size=16).hexdigest()}"  # no page can hold its own digest


def _quirks(page: bytes, tags: Sequence[Tag], charset: Charset) -> bool:
    """Whether the page's doctype (or its absence) lets a table stand inside a `p`."""
    head = page[: tags[0].start] if tags else page
    return "<p><table>" in html(parse(head + b"<p><table>", charset))


def _names(search: Search, wanted: Iterable[Target]) -> frozenset[bytes]:
    """The names of the elements that matter: the selected, their forgetful ancestors, and tables."""
    names = {b"table"}
    for target in wanted:
        with suppress(ValueError, TooSlowError):
            node = target.element(search)
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
    search: Search
    quirks: bool

    def slot(self, target: Target) -> Slot | Miss:
        """The slot that a target most probably means."""
        try:
            node = target.element(self.search)
            self.search.pay()  # for what follows
        except ValueError:
            return "selector"
        except TooSlowError:
            return "too-slow"
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
        order = [self._number(node) for node in self.search.tree.css(f'table,[{self.mark}="{number}"]')]
        if number not in order:
            return True
        return any(table is not None and table < number for table in order[order.index(number) :])

    def _among_clones(self, node: Node) -> bool:
        """Whether a forgotten `<b>` was opened again around the element: it was not there while the bytes were read."""
        numbers = [self._number(above) for above in ancestors(node) if (above.tag or "").encode() in FORMATTING]
        return any(len(self.search.tree.css(f'[{self.mark}="{number}"]')) != 1 for number in numbers)

    def _in_form(self, number: int) -> bool:
        """Whether a form is open where an element begins: parsers drop a form in a form."""
        return next((not tag.closing for tag in reversed(self.tags[:number]) if tag.name == b"form"), False)

    def _even_forms(self, number: int, end: int) -> bool:
        """Whether each form that begins in an element ends in it, and no other does."""
        within = itertools.takewhile(lambda tag: tag.start < end, self.tags[number:])
        forms = [tag.closing for tag in within if tag.name == b"form"]
        return forms == [False, True] * (len(forms) // 2)
