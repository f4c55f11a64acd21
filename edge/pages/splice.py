"""The edited page: the origin's bytes in their order, with the variants' bytes where the slots are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from edge.pages import fit
from edge.pages.attributes import changed
from edge.pages.charset import Charset
from edge.pages.values import Edited, Forms, Miss, Slot
from rules.values import Form

_ORDER: Final = ("after", "text", "before", "set", "replace", "remove")


@dataclass(frozen=True, slots=True)
class Edit:
    """One form at one slot: `page[start:end]` becomes `body`."""

    slot: Slot
    kind: str
    start: int
    end: int
    body: bytes

    @property
    def order(self) -> tuple[int, int]:
        """Where it goes; at one place first what belongs to an element that ends there."""
        return self.start, _ORDER.index(self.kind)

    def clashes(self, other: Edit) -> bool:
        """Whether both want the same thing, or one is about something that the other takes away."""
        return self._takes(other) or other._takes(self)

    def _takes(self, other: Edit) -> bool:
        if self.slot.start == other.slot.start:
            whole = self.kind in ("replace", "remove") and other.kind not in ("before", "after")
            return whole or (self.kind == other.kind and self.kind in ("text", "set"))
        inside = self.slot.start < other.slot.start < self.slot.end
        return inside and self.kind in ("replace", "remove", "text")


def splice(
    page: bytes,
    charset: Charset,
    slots: Mapping[str, Slot | Miss],
    experiences: Sequence[tuple[str, Forms]],
) -> Edited:
    """Apply the forms of each experience, all of them or none; an earlier experience has the right of way."""
    edits: list[Edit] = []
    shown: list[str] = []
    missing: list[tuple[str, Miss]] = []
    for name, forms in experiences:
        own = _edits(page, charset, slots, forms, edits)
        if isinstance(own, str):
            missing.append((name, own))
        else:
            edits += own
            shown.append(name)
    return Edited(_joined(page, edits), tuple(shown), tuple(missing))


def _edits(
    page: bytes, charset: Charset, slots: Mapping[str, Slot | Miss], forms: Forms, taken: Sequence[Edit]
) -> list[Edit] | Miss:
    own: list[Edit] = []
    for selector, form in forms:
        slot = slots.get(selector, "no-match")
        edit = slot if isinstance(slot, str) else _edit(page, charset, slot, form)
        if isinstance(edit, str):
            return edit
        if any(edit.clashes(other) for other in (*taken, *own)):
            return "overlap"
        own.append(edit)
    return own


def _edit(page: bytes, charset: Charset, slot: Slot, form: Form) -> Edit | Miss:
    match form.kind:
        case "set":
            body = changed(slot, page[slot.start : slot.opened], form.attributes, charset)
            place = (slot.start, slot.opened)
        case "text":
            place, why = (slot.opened, slot.closed), slot.inside
            body = why or fit.content(slot, form.text, charset)
        case "after":
            place, why = (slot.end, slot.end), slot.behind
            body = why or fit.markup(slot, form.text, charset)
        case "before":
            place, why = (slot.start, slot.start), slot.whole
            body = why or fit.markup(slot, form.text, charset)
        case "replace" | "remove":
            place, why = (slot.start, slot.end), slot.whole
            body = why or fit.markup(slot, form.text if form.kind == "replace" else "", charset)
    return body if isinstance(body, str) else Edit(slot, form.kind, *place, body)


def _joined(page: bytes, edits: Sequence[Edit]) -> bytes:
    if not edits:
        return page
    parts: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.order):
        parts += page[at : edit.start], edit.body
        at = edit.end
    return b"".join((*parts, page[at:]))
