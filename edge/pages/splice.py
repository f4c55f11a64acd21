"""The edited page: the origin's bytes in their order, with the variants' bytes where the slots are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from edge.pages import fit
from edge.pages.attributes import changed
from edge.pages.charset import Charset
from edge.pages.fill import NOTHING
from edge.pages.values import (
    FOOT,
    NO_VALUES,
    Asked,
    Edited,
    Experiences,
    Foot,
    Forms,
    Measurable,
    Miss,
    Row,
    Slot,
    Slots,
    Trial,
    Values,
)
from rules.values import Form

_ORDER: Final = ("order", "text", "after", "before", "set", "replace", "remove")
_LED: Final = ("before", "replace", "remove")
_CLOSING: Final = ("after", "replace", "remove")


@dataclass(frozen=True, slots=True)
class Edit:
    """One form at one slot: `page[start:end]` becomes `body`, or the row's children change their places there."""

    slot: Slot
    kind: str
    start: int
    end: int
    body: bytes = b""
    row: Row | None = None

    @property
    def order(self) -> tuple[int, int, int]:
        """Where it goes; at one place first what belongs to an element that ends there, from the inside out."""
        return self.start, _ORDER.index(self.kind), -self.slot.start if self.kind == "after" else 0

    def clashes(self, other: Edit) -> bool:
        """Whether both want the same thing, or one is about something that the other takes away."""
        return self._takes(other) or other._takes(self)

    def _takes(self, other: Edit) -> bool:
        if self.slot.start == other.slot.start:
            whole = self.kind in ("replace", "remove") and other.kind not in ("before", "after")
            return whole or {self.kind, other.kind} in ({"set"}, {"text"}, {"order"}, {"text", "order"})
        if self.kind in _CLOSING and other.kind in _LED and other.slot.lead and self.slot.end == other.slot.start:
            return True  # the end tag between them would be written twice
        inside = self.slot.start < other.slot.start < self.slot.end
        return inside and (self.kind in ("replace", "remove", "text") or self._ends_tags())

    def _ends_tags(self) -> bool:
        return self.row is not None and any(child.lead or child.tail for child in self.row.children)


def splice(
    page: bytes,
    charset: Charset,
    slots: Slots,
    experiences: Experiences,
    values: Values = NO_VALUES,
    trial: Trial | None = None,
) -> Edited:
    """Apply the forms of each experience, all of them or none; an earlier experience has the right of way.

    `values`: for an experience, what stands in the place of `{name}` in its forms. `trial`: the page shall be measured.
    """
    bench = _Bench(page, charset, slots)
    shown: list[str] = []
    missing: list[tuple[str, Miss]] = []
    skipped: list[tuple[str, str]] = []
    for name, forms in experiences:
        own = bench.edits_of(forms, values.get(name, NOTHING))
        if isinstance(own, str):
            missing.append((name, own))
        else:
            bench.edits += own
            shown.append(name)
            skipped += ((name, child) for edit in own if edit.row for child in edit.row.skipped)
    body = b"".join(_written(page, bench.edits, 0, len(page))) if bench.edits else page
    measured = None if trial is None else _measurable(page, charset, slots, bench.edits, trial)
    return Edited(body, tuple(shown), tuple(missing), tuple(skipped), measured)


def _measurable(page: bytes, charset: Charset, slots: Slots, edits: Sequence[Edit], trial: Trial) -> Measurable:
    found = slots.get(FOOT, "no-match")
    if not isinstance(found, Foot):
        return Measurable(found if isinstance(found, str) else "no-match", 0, {})
    tried = {name: _tried(page, charset, slots, variants, found) for name, variants in trial.variants.items()}
    unfit = {name: miss for name, miss in tried.items() if miss is not None}
    if _cut(edits, found):
        return Measurable("structure", 0, unfit)
    return Measurable(found, sum(map(len, _written(page, _of(edits, 0, found.at), 0, found.at))), unfit)


def _tried(page: bytes, charset: Charset, slots: Slots, variants: Sequence[Forms], foot: Foot) -> Miss | None:
    """Why one of these variants cannot be shown on a page on which nothing else is, or takes its foot away."""
    for forms in variants:
        edits = _Bench(page, charset, slots).edits_of(forms, NOTHING)
        if isinstance(edits, str):
            return edits
        if _cut(edits, foot):
            return "structure"
    return None


def _cut(edits: Sequence[Edit], foot: Foot) -> bool:
    """Whether the foot of the page lies in something that is changed."""
    return any(edit.start < foot.at < edit.end for edit in edits)


def asked_of(form: Form, selector: str) -> Asked:
    """What must be known about a page to apply a form."""
    return (selector, form.order) if form.kind == "order" else selector


class _Bench:
    """One page and the edits that have been made so far."""

    def __init__(self, page: bytes, charset: Charset, slots: Slots) -> None:
        self._page, self._charset, self._slots = page, charset, slots
        self.edits: list[Edit] = []

    def edits_of(self, forms: Forms, values: Mapping[str, str]) -> list[Edit] | Miss:
        """The edits of one experience, or why it cannot be shown."""
        own: list[Edit] = []
        for selector, form in forms:
            found = self._slots.get(asked_of(form, selector), "no-match")
            edit = self._edit(found, form, values) if isinstance(found, (Slot, Row)) else _missing(found)
            if isinstance(edit, str):
                return edit
            if any(edit.clashes(other) for other in (*self.edits, *own)):
                return "overlap"
            own.append(edit)
        return own

    def _edit(self, found: Slot | Row, form: Form, values: Mapping[str, str]) -> Edit | Miss:
        if isinstance(found, Row):
            return Edit(found.slot, "order", found.slot.opened, found.slot.closed, row=found)
        slot = found
        match form.kind:
            case "set":
                body = changed(slot, self._page[slot.start : slot.opened], form.attributes, self._charset, values)
                place = (slot.start, slot.opened)
            case "text":
                place = (slot.opened, slot.closed)
                body = slot.inside or fit.content(slot, form.text, self._charset, values)
            case "after":
                place = (slot.end, slot.end)
                body = slot.behind or fit.markup(slot, form.text, self._charset, values)
            case "before":
                place = (slot.start, slot.start)
                body = slot.whole or fit.markup(slot, form.text, self._charset, values)
            case _:
                place = (slot.start, slot.end)
                markup = form.text if form.kind == "replace" else ""
                body = slot.whole or fit.markup(slot, markup, self._charset, values)
        return body if isinstance(body, str) else Edit(slot, form.kind, *place, body)


def _missing(found: Foot | Miss) -> Miss:
    return "selector" if isinstance(found, Foot) else found


def _written(page: bytes, edits: Iterable[Edit], start: int, end: int) -> Iterator[bytes]:
    """The bytes of a stretch of the page with the edits that are in it."""
    at = start
    ended: set[tuple[int, bool]] = set()  # end tags that the page leaves out are written once
    for edit in sorted(edits, key=lambda edit: edit.order):
        if edit.start < at:
            continue  # it is in a row, and written with it
        yield page[at : edit.start]
        slot, behind = edit.slot, edit.kind == "after"
        if (behind or edit.kind in _LED) and (edit.start, behind) not in ended:
            ended.add((edit.start, behind))
            yield slot.tail if behind else slot.lead
        if edit.row is None:
            yield edit.body
        else:
            yield from _reordered(page, edit, edit.row, edits)
        at = edit.end
    yield page[at:end]


def _reordered(page: bytes, edit: Edit, row: Row, edits: Iterable[Edit]) -> Iterator[bytes]:
    """The content of a slot with its children in their new places; what is edited in a child goes with it."""
    within = [other for other in edits if edit.start <= other.slot.start < edit.end]
    at = edit.start
    for place, number in zip(row.children, row.order, strict=True):
        child = row.children[number]
        yield from _written(page, _of(within, at, place.start), at, place.start)
        yield place.lead
        yield from _written(page, _of(within, child.start, child.end), child.start, child.end)
        yield child.tail
        at = place.end
    yield from _written(page, _of(within, at, edit.end), at, edit.end)


def _of(edits: Sequence[Edit], start: int, end: int) -> list[Edit]:
    return [edit for edit in edits if start <= edit.slot.start < end]
