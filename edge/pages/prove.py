"""Whether a stretch of bytes is one element, whole and alone: asked of a real parser, on the page itself.

Three copies of the page are parsed. In the first a comment stands before each slot and one behind it; the selector
must find the very element between the two. In the second the slot is gone and a harmless element stands in its place;
in the third that element stands right behind the slot. In both, everything outside the comments must be what it was.

Then the parser is in the same state before the slot, behind it, and without it: its stack of open elements, its list
of formatting elements, the open form. So what is put there can be judged alone (`fit.py`), slots do not disturb each
other, and the page around them stays what it is. What does not pass is refused: that may be more than necessary,
never less.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from edge.pages.charset import Charset
from edge.pages.scan import TEXTUAL, VOID
from edge.pages.tree import Node, Tree, ancestors, first, html, parse
from edge.pages.values import Miss, Slot

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


def prove(page: bytes, charset: Charset, mark: str, guesses: Mapping[str, Slot | Miss]) -> dict[str, Slot | Miss]:
    """Return the guesses with what is certain about them, for browsers with and without scripting."""
    proven = dict(guesses)
    for scripting in (False, True) if b"<noscript" in page.lower() else (False,):
        for layer in _layers({selector: slot for selector, slot in proven.items() if isinstance(slot, Slot)}):
            proven.update(_Proof(page, charset, mark, scripting, tuple(layer.items())).found())
    return proven


def _layers(slots: Mapping[str, Slot]) -> list[dict[str, Slot]]:
    """Slots that can be proven together: apart from each other, and each with an end tag of its own."""
    layers: list[dict[str, Slot]] = []
    for selector, slot in sorted(slots.items(), key=lambda item: item[1].start):
        for layer in layers:
            last = next(reversed(layer.values()))
            if last.end < slot.start and not (last.open_ended or slot.open_ended):
                layer[selector] = slot
                break
        else:
            layers.append({selector: slot})
    return layers


@dataclass(frozen=True, slots=True)
class _Proof:
    """The three copies for a few slots that lie apart from each other."""

    page: bytes
    charset: Charset
    mark: str
    scripting: bool
    slots: tuple[tuple[str, Slot], ...]

    def found(self) -> dict[str, Slot | Miss]:
        """What is certain about each slot; where several cannot be proven together, each is tried alone."""
        tree = self._parse(self._with_comments())
        written = html(tree)
        nodes = [self._selected(tree, written, number) for number in range(len(self.slots))]
        if all(node is not None and self._alone(node, n) for n, node in enumerate(nodes)) and self._same(written):
            return {selector: _rules(self.page, slot) for selector, slot in self.slots}
        if len(self.slots) > 1:
            return {s: slot for item in self.slots for s, slot in replace(self, slots=(item,)).found().items()}
        selector, slot = self.slots[0]
        reason = _special(slot) or "structure"
        return {selector: "structure" if nodes[0] is None else _refused(slot, reason)}

    def _with_comments(self) -> bytes:
        """The page with a comment on each side of each slot, and the slot's number in its start tag."""
        slots = []
        for number, (_, slot) in enumerate(self.slots):
            named = slot.start + 1 + len(slot.name)
            number_in_tag = b' %b="%d"' % (self.mark.encode(), number)
            slots.append(self.page[slot.start : named] + number_in_tag + self.page[named : slot.end])
        return self._copy(slots)

    def _copy(self, slots: Sequence[bytes]) -> bytes:
        parts: list[bytes] = []
        at = 0
        for number, ((_, slot), markup) in enumerate(zip(self.slots, slots, strict=True)):
            left, right = (b"<!--%b%b%d-->" % (self.mark.encode(), sign, number) for sign in (b"<", b">"))
            parts += self.page[at : slot.start], left, markup, right
            at = slot.end
        return b"".join((*parts, self.page[at:]))

    def _parse(self, page: bytes) -> Tree:
        return parse(page, self.charset, scripting=self.scripting)

    def _selected(self, tree: Tree, written: str, number: int) -> Node | None:
        """The element that the selector finds, if it is the slot's and has no clone, in no template either."""
        selector, slot = self.slots[number]
        node = first(tree, selector)
        if node is None or node.attrs.get(self.mark) != str(number):
            return None
        if written.count(f' {self.mark}="{number}"') != 1 or _path(node) != slot.context:
            return None
        return node

    def _alone(self, node: Node, number: int) -> bool:
        """Whether the comments stand right beside the element; the last one inside it, if no end tag closes it."""
        behind = node.last_child if self.slots[number][1].open_ended else node.next
        return self._is(node.prev, "<", number) and self._is(behind, ">", number)

    def _is(self, node: Node | None, sign: str, number: int) -> bool:
        return node is not None and node.is_comment_node and node.comment_content == f"{self.mark}{sign}{number}"

    def _same(self, written: str) -> bool:
        """Whether the rest of the page does not notice when the slots are gone, or have a neighbour."""
        outside, inside = self._pieces(written)
        probes = [self._probe(slot) for _, slot in self.slots]
        for number, (_, slot) in enumerate(self.slots):
            if slot.open_ended:
                tail = f"</{slot.name}>"
                if not outside[number + 1].lower().startswith(tail):
                    return False
                outside[number + 1] = outside[number + 1][len(tail) :]
        gone = self._pieces(html(self._parse(self._copy([probe.encode() for probe in probes]))))
        if gone != (outside, probes):
            return False
        if any(slot.open_ended for _, slot in self.slots):
            return True  # it is proven alone, and nothing is put behind it
        return self._beside(probes) == (outside, [own + probe for own, probe in zip(inside, probes, strict=True)])

    def _beside(self, probes: Sequence[str]) -> tuple[list[str], list[str]]:
        marked = self._with_comments()
        for number, probe in enumerate(probes):
            comment = b"<!--%b>%d-->" % (self.mark.encode(), number)
            marked = marked.replace(comment, probe.encode() + comment)
        return self._pieces(html(self._parse(marked)))

    def _pieces(self, written: str) -> tuple[list[str], list[str]]:
        """The tree's markup outside of the slots and inside of them."""
        pieces = re.split(f"<!--{self.mark}[<>][0-9]+-->", written)
        return pieces[::2], pieces[1::2]

    def _probe(self, slot: Slot) -> str:
        """An element that text would stand beside: a forgotten `<b>` would take it in."""
        return "" if slot.context and slot.context[-1] in STRICT else f"<{self.mark}></{self.mark}>"


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
        behind=slot.behind or ("structure" if slot.open_ended else None),
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
    before = page[page.rfind(b">", 0, slot.start) + 1 : slot.start]
    behind = page[slot.end :].partition(b"<")[0] if slot.end < len(page) else b""
    return bool(before.strip() or behind.strip())
