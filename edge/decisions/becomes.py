"""What becomes of each slot: the change that a variant makes, in words, with its placeholders filled in.

The values are encoded for their place as they are on the page (`rules.placeholder` says which place each one has), so
that an address reads as the browser asks for it. Whether the page has the slot is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Final
from urllib.parse import quote

from edge.context import Context
from rules.placeholder import Spot, parted, spots, text_spots, value_spots
from rules.values import Experience, Form, Variant
from rules.where import leads_elsewhere

LONGEST: Final = 100
"""Characters of a line's value for people."""


def becomes(experience: Experience, variant: Variant, values: Mapping[str, str], context: Context) -> dict[str, str]:
    """Slot -> what becomes of it, in one line each; empty where the variant leaves everything as it is.

    Slots are CSS selectors, or `header`, `path` and `redirect`: what the site is told, asked for, where the visitor is
    sent. `values` is what the placeholders stand for.
    """
    if variant.forms:
        return {selector: " ".join(_changed(form, values).split()) for selector, form in variant.forms}
    if variant.headers:
        return {"header": ", ".join(f"{name}: {value}" for name, value in variant.headers)}
    if not variant.target:
        return {}
    elsewhere = leads_elsewhere(variant.target, context.path, context.host, context.scheme)
    return {experience.delivery: variant.target if elsewhere else f"{variant.target}, which is this very page"}


def lines(experience: Experience, variant: Variant, values: Mapping[str, str], context: Context) -> Iterator[str]:
    """The same for people: `#art: src=/art/alien-dark.jpg`; what is long is cut."""
    found = becomes(experience, variant, values, context)
    if not found and experience.delivery == "page":
        yield f"{', '.join(experience.slots)}: left as the page has it"
    elif not found:
        yield _UNCHANGED[experience.delivery]
    for slot, change in found.items():
        yield f"{_SAID.get(slot, slot)}: {change if len(change) <= LONGEST else f'{change[: LONGEST - 1]}…'}"


def taken(shown: Sequence[tuple[str, Variant]]) -> dict[str, str]:
    """Of experiences with their variants, in order: those that are not shown, each with the one that is in its way.

    Two that change the same slot get in each other's way if one leaves nothing of it to the other, as on the page.
    """
    changed: dict[str, list[tuple[str, str]]] = {}
    found: dict[str, str] = {}
    for name, variant in shown:
        others = (
            other
            for selector, form in variant.forms
            for other, kind in changed.get(selector, ())
            if _clash({kind, form.kind})
        )
        other = next(others, "")
        if other:
            found[name] = other
            continue
        for selector, form in variant.forms:
            changed.setdefault(selector, []).append((name, form.kind))
    return found


def _clash(kinds: set[str]) -> bool:
    whole = bool(kinds & {"replace", "remove"}) and not kinds & {"before", "after"}
    return whole or kinds in ({"set"}, {"text"}, {"order"}, {"text", "order"})


_UNCHANGED: Final = {
    "header": "no header of its own goes to the site",
    "path": "the site is asked for this page",
    "redirect": "the visitor stays on this page",
}
_SAID: Final = {
    "header": "header to the site",
    "path": "the site is asked for",
    "redirect": "the visitor is sent to",
}


def _changed(form: Form, values: Mapping[str, str]) -> str:
    match form.kind:
        case "replace":
            return _markup(form.text, values)
        case "text":
            return f'"{_filled(form.text, text_spots(form.text, values), values)}"'
        case "set":
            return ", ".join(_attribute(name, value, values) for name, value in form.attributes)
        case "before":
            return f"before it {_markup(form.text, values)}"
        case "after":
            return f"behind it {_markup(form.text, values)}"
        case "order":
            return f"{', '.join(form.order)} come first, in this order"
    return "removed"


def _attribute(name: str, value: str | None, values: Mapping[str, str]) -> str:
    if value is None:
        return f"without {name}"
    filled = _filled(value, value_spots(name, value, values), values)
    return f'{name}="{filled}"' if " " in filled or not filled else f"{name}={filled}"


def _filled(text: str, found: Iterable[Spot], values: Mapping[str, str]) -> str:
    pieces = parted(text, tuple(found))
    return "".join(piece if isinstance(piece, str) else _plain(values[piece.name], piece.kind) for piece in pieces)


def _plain(value: str, kind: str) -> str:
    return quote(value, safe="", errors="replace") if kind == "address" else value


def _markup(markup: str, values: Mapping[str, str]) -> str:
    """Markup with its values; the places are counted in bytes."""
    page, at, pieces = markup.encode("utf-8", "replace"), 0, []
    for spot in spots(markup, values):
        own = _plain(values[spot.name], spot.kind)
        pieces += [page[at : spot.start], (own if spot.kind == "address" else escape(own)).encode("utf-8", "replace")]
        at = spot.end
    return b"".join((*pieces, page[at:])).decode("utf-8", "replace")
