"""Whether a stretch of bytes is one element, whole and alone: asked of a real parser, on the page itself.

Three copies of the page are parsed. In the first a comment stands before each slot and one behind it; the selector
must find the very element between the two. In the second the slot is gone and a harmless element stands in its place;
in the third that element stands right behind the slot. In both, everything outside the comments must be what it was.
Where that fails because the page leaves out an end tag (`<li>a<li>b`), it is tried once more with the end tags of the
slot and of the element before it written out: that must give the very tree of the page, and the slot remembers it.

Then the parser is in the same state before the slot, behind it, and without it: its stack of open elements, its list
of formatting elements, the open form. So what is put there can be judged alone (`fit.py`), slots do not disturb each
other, and the page around them stays what it is. What does not pass is refused: that may be more than necessary,
never less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from edge.pages.charset import Charset
from edge.pages.select import Search, Target
from edge.pages.steps import Steps, TooSlowError, weight
from edge.pages.tree import Node, Tree, ancestors, html, parse
from edge.pages.values import Miss, Slot
from rules.scan import TEXTUAL, VOID

STRICT: Final = frozenset(
    ("table", "tbody", "thead", "tfoot", "tr", "colgroup", "select", "optgroup", "head", "svg", "math")
)
"""Elements that do not take just any content: text and most elements would end up elsewhere."""

_UNWRITABLE: Final = frozenset(name.decode() for name in VOID | TEXTUAL - {b"title", b"textarea"}) | {
    "noscript",
    "template",
}
_FRAME: Final = frozenset(("html", "head", "body", "frameset"))
_OPTIONS: Final = frozenset(("option", "optgroup", "hr"))
_JOINS: Final = re.compile(rb"(?:&[#0-9A-Za-z]{0,40}|</?)\Z")


@dataclass(frozen=True, slots=True)
class Proof:
    """Proofs about one page; `mark`: a word that does not occur on it."""

    page: bytes
    charset: Charset
    mark: str
    steps: Steps

    def prove(self, guesses: Mapping[Target, Slot | Miss]) -> dict[Target, Slot | Miss]:
        """Return the guesses with what is certain about them, for browsers with and without scripting."""
        proven = dict(guesses)
        for scripting in self.scripting():
            for layer in _layers({target: slot for target, slot in proven.items() if isinstance(slot, Slot)}):
                proven.update(_Layer(self, scripting, tuple(layer.items())).found())
        return proven

    def moved(self, slots: Sequence[Slot], order: Sequence[int]) -> Miss | None:
        """Why slots cannot change places: `order` says which of them shall stand where each one stands."""
        try:
            for scripting in self.scripting() if slots else ():
                layer = _Layer(self, scripting, tuple((Target(""), slot) for slot in slots))
                own = layer.own()
                written = html(layer.parse(layer.copy(own)))
                outside, inside = layer.pieces(written)
                moved = layer.pieces(html(layer.parse(layer.copy([own[place] for place in order]))))
                if moved != (outside, [inside[place] for place in order]) or not layer.same_page(written):
                    return "structure"
        except TooSlowError:
            return "too-slow"
        return None

    def parse(self, page: bytes, *, scripting: bool) -> Tree:
        """Parse a copy of the page, and pay for it."""
        self.steps.spend(weight(page))
        return parse(page, self.charset, scripting=scripting)

    def scripting(self) -> tuple[bool, ...]:
        """Whether scripting is on in the browsers for which it is proven: that matters where `<noscript>` is."""
        return (False, True) if b"<noscript" in self.page.lower() else (False,)


def _layers(slots: Mapping[Target, Slot]) -> list[dict[Target, Slot]]:
    """Slots that can be proven together: apart from each other, and each with an end tag of its own."""
    layers: list[dict[Target, Slot]] = []
    for target, slot in sorted(slots.items(), key=lambda item: item[1].start):
        for layer in layers:
            last = next(reversed(layer.values()))
            if last.end < slot.start and not (last.open_ended or slot.open_ended):
                layer[target] = slot
                break
        else:
            layers.append({target: slot})
    return layers


@dataclass(frozen=True, slots=True)
class _Layer:
    """The three copies for a few slots that lie apart from each other."""

    proof: Proof
    scripting: bool
    slots: tuple[tuple[Target, Slot], ...]

    def found(self) -> dict[Target, Slot | Miss]:
        """What is certain about each slot; `too-slow` where nothing is left to spend on it."""
        try:
            if self._holds():
                return {target: _rules(self.proof.page, slot) for target, slot in self.slots}
            if len(self.slots) == 1:
                return {self.slots[0][0]: self._alone()}
        except TooSlowError:
            return {target: "too-slow" for target, _ in self.slots}
        return {t: slot for item in self.slots for t, slot in replace(self, slots=(item,)).found().items()}

    def _alone(self) -> Slot | Miss:
        """One slot that does not stand by itself: perhaps it does when omitted end tags are written out."""
        target, slot = self.slots[0]
        tree = self.parse(self.numbered())
        node = self._selected(tree, html(tree), 0)
        if node is None:
            return "structure"
        for ended in _ended(slot, node):
            if replace(self, slots=((target, ended),))._holds():
                return _rules(self.proof.page, ended)
        return _refused(slot, _special(slot) or "structure")

    def _holds(self) -> bool:
        """Whether the slots are whole elements that nothing around depends on."""
        if any(slot.open_ended for _, slot in self.slots):
            return False
        tree = self.parse(self.copy(self.own()))
        written = html(tree)
        nodes = (self._selected(tree, written, number) for number in range(len(self.slots)))
        between = all(node is not None and self._between(node, number) for number, node in enumerate(nodes))
        return between and self.same_page(written) and self._same(written)

    def same_page(self, written: str) -> bool:
        """Whether end tags that the page leaves out can be written out."""
        if not any(slot.lead or slot.tail for _, slot in self.slots):
            return True
        return self._comments().sub("", written) == html(self.parse(self.numbered()))

    def own(self) -> list[bytes]:
        """The bytes of each slot, with its number in its start tag and the end tag that it lacks."""
        word = self.proof.mark.encode()
        found = []
        for number, (_, slot) in enumerate(self.slots):
            named = slot.start + 1 + len(slot.name)
            in_tag = b' %b="%d"' % (word, number)
            page = self.proof.page
            found.append(page[slot.start : named] + in_tag + page[named : slot.end] + slot.tail)
        return found

    def copy(self, slots: Sequence[bytes]) -> bytes:
        """The page with these bytes in place of the slots, and a comment on each side."""
        parts: list[bytes] = []
        at = 0
        for number, ((_, slot), markup) in enumerate(zip(self.slots, slots, strict=True)):
            left, right = (b"<!--%b%b%d-->" % (self.proof.mark.encode(), sign, number) for sign in (b"<", b">"))
            parts += self.proof.page[at : slot.start], slot.lead, left, markup, right
            at = slot.end
        return b"".join((*parts, self.proof.page[at:]))

    def parse(self, page: bytes) -> Tree:
        """Parse a copy."""
        return self.proof.parse(page, scripting=self.scripting)

    def pieces(self, written: str) -> tuple[list[str], list[str]]:
        """A tree's markup outside of the slots and inside of them."""
        pieces = self._comments().split(written)
        return pieces[::2], pieces[1::2]

    def _comments(self) -> re.Pattern[str]:
        return re.compile(f"<!--{self.proof.mark}[<>][0-9]+-->")

    def numbered(self) -> bytes:
        """The page as it is, but for the number in the start tag of each slot."""
        word, page = self.proof.mark.encode(), self.proof.page
        parts: list[bytes] = []
        at = 0
        for number, (_, slot) in enumerate(self.slots):
            named = slot.start + 1 + len(slot.name)
            parts += page[at:named], b' %b="%d"' % (word, number)
            at = named
        return b"".join((*parts, page[at:]))

    def _selected(self, tree: Tree, written: str, number: int) -> Node | None:
        """The element that the selector finds, if it is the slot's and has no clone, in no template either."""
        target, slot = self.slots[number]
        node = target.element(Search(tree, weight(self.proof.page), self.proof.steps))
        if node is None or node.attrs.get(self.proof.mark) != str(number):
            return None
        if written.count(f' {self.proof.mark}="{number}"') != 1 or _path(node) != slot.context:
            return None
        return node

    def _between(self, node: Node, number: int) -> bool:
        """Whether the comments stand right beside the element."""
        return self._is(node.prev, "<", number) and self._is(node.next, ">", number)

    def _is(self, node: Node | None, sign: str, number: int) -> bool:
        return node is not None and node.is_comment_node and node.comment_content == f"{self.proof.mark}{sign}{number}"

    def _same(self, written: str) -> bool:
        """Whether the rest of the page does not notice when the slots are gone, or have a neighbour."""
        outside, inside = self.pieces(written)
        probes = [self._probe(slot) for _, slot in self.slots]
        neighbours = [probe.encode() for probe in probes]
        if self.pieces(html(self.parse(self.copy(neighbours)))) != (outside, probes):
            return False
        beside = [own + probe for own, probe in zip(self.own(), neighbours, strict=True)]
        both = [own + probe for own, probe in zip(inside, probes, strict=True)]
        return self.pieces(html(self.parse(self.copy(beside)))) == (outside, both)

    def _probe(self, slot: Slot) -> str:
        """An element that text would stand beside: a forgotten `<b>` would take it in."""
        return "" if slot.context and slot.context[-1] in STRICT else f"<{self.proof.mark}></{self.proof.mark}>"


def _ended(slot: Slot, node: Node) -> Iterator[Slot]:
    """The slot with the end tags written out that the page leaves out: its own, and that of the element before it."""
    tail = slot.tail or (f"</{slot.name}>".encode() if slot.open_ended else b"")
    before = node.prev
    lead = f"</{before.tag}>".encode() if before is not None and before.is_element_node else b""
    if slot.open_ended:
        yield replace(slot, tail=tail, open_ended=False)
    if lead:
        yield replace(slot, lead=lead, tail=tail, open_ended=False)


def _path(node: Node) -> tuple[str, ...]:
    return tuple(reversed([(above.tag or "").lower() for above in ancestors(node)]))


def _rules(page: bytes, slot: Slot) -> Slot:
    """What a parser's answer does not cover: elements of special make, and bytes that would run together."""
    special = _special(slot)
    if special is not None:
        return _refused(slot, special)
    return replace(
        slot,
        whole=slot.whole or ("structure" if _runs_together(page, slot) else None),
        inside=slot.inside or ("element" if slot.name in STRICT | _UNWRITABLE else None),
    )


def _refused(slot: Slot, reason: Miss) -> Slot:
    """Only its start tag is certain."""
    return replace(slot, whole=reason, behind=reason, inside=reason)


def _special(slot: Slot) -> Miss | None:
    if slot.name in _FRAME or not slot.context or slot.context[-1] in ("html", "frameset"):
        return "element"
    if "svg" in slot.context or "math" in slot.context:
        return "element"  # which rules hold there changes from element to element
    if "select" in slot.context and slot.name not in _OPTIONS:
        return "element"  # browsers disagree on what may stand in a select
    return None


def _runs_together(page: bytes, slot: Slot) -> bool:
    """Whether text before the slot would mean something else beside other bytes than the slot's."""
    if _JOINS.search(page, max(0, slot.start - 48), slot.start):
        return True
    if slot.context[-1] in ("pre", "listing") and page[slot.start - 1 : slot.start] == b">":
        return True  # a line break right behind the start tag would be swallowed
    if slot.context[-1] not in STRICT:
        return False
    before = b"" if slot.lead else page[page.rfind(b">", 0, slot.start) + 1 : slot.start]
    behind = page[slot.end :].partition(b"<")[0] if slot.end < len(page) else b""
    return bool(before.strip() or behind.strip())
