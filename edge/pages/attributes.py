"""Attributes of a start tag set, replaced and removed, with every other byte of the tag kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from edge.pages.charset import Charset
from edge.pages.fill import NOTHING, encoded, written
from edge.pages.values import Miss, Slot
from rules.placeholder import NO_ATTRIBUTE, parted, value_spots
from rules.scan import Attribute, attributes

Changes = tuple[tuple[str, str | None], ...]

_NAME: Final = re.compile(r"[A-Za-z0-9_:@.*()\[\]#$-]+")
_ESCAPES: Final = str.maketrans({"&": "&amp;", '"': "&quot;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\0": "\ufffd"})
_FORMING: Final = frozenset(
    (("meta", "charset"), ("meta", "http-equiv"), ("template", "shadowrootmode"), ("annotation-xml", "encoding"))
)


def changed(
    slot: Slot, tag: bytes, changes: Changes, charset: Charset, values: Mapping[str, str] = NOTHING
) -> bytes | Miss:
    """Return the start tag with its attributes changed (None removes one), or why that cannot be done."""
    for name, value in changes:
        if not _NAME.fullmatch(name) or _forms_page(slot, tag, name.lower()):
            return "attribute"
        if value is None:
            tag = _removed(tag, name)
            continue
        exact = _exact(slot, name, value, charset, values)
        if isinstance(exact, str):
            return exact
        tag = _set(tag, name, exact)
    return tag


def _exact(slot: Slot, name: str, value: str, charset: Charset, values: Mapping[str, str]) -> bytes | Miss:
    """A value as bytes for between double quotes."""
    found = value_spots(name, value, values) if values and "{" in value else ()
    if any(spot.wrong for spot in found) or (found and slot.name.encode() in NO_ATTRIBUTE):
        return "attribute"
    parts: list[str] = []
    for part in parted(value, found):
        own = part.translate(_ESCAPES) if isinstance(part, str) else encoded(values[part.name], part.kind)
        if own is None:
            return "value"
        parts.append(own)
    exact = written("".join(parts), charset)
    return "charset" if exact is None else exact


def _forms_page(slot: Slot, tag: bytes, name: str) -> bool:
    """Whether the rest of the page is read in another way when this attribute changes."""
    if slot.name == "meta" and name == "content":
        return bool(_named(list(attributes(tag)), "http-equiv"))
    if slot.name == "input" and name == "type":
        return "table" in slot.context  # a hidden field may stand where no other one may
    if slot.name == "font":
        return "svg" in slot.context or "math" in slot.context
    return (slot.name, name) in _FORMING


def _set(tag: bytes, name: str, value: bytes) -> bytes:
    found = list(attributes(tag))
    own = _named(found, name)
    quoted = b'="%b"' % value
    if own:
        first = own[0]
        if first.value == first.end:  # it has no value yet, or an equals sign and nothing behind it
            return tag[: first.after_name] + quoted + tag[first.end :]
        return tag[: first.value] + quoted[1:] + tag[first.end :]
    dangling = bool(found) and found[-1].end > found[-1].after_name and found[-1].value == found[-1].end
    at = found[-1].end if found and not dangling else _after_name(tag)  # `x=` would take what follows as its value
    return tag[:at] + b" " + name.encode() + quoted + tag[at:]


def _removed(tag: bytes, name: str) -> bytes:
    for attribute in reversed(_named(list(attributes(tag)), name)):
        before = tag[: attribute.start].rstrip(b"\t\n\f\r ")
        behind = tag[attribute.end :]
        # without the space in front, unless what follows would then become part of what stood before
        tag = (before if behind[:1] in b"\t\n\f\r >" else tag[: attribute.start]) + behind
    return tag


def _named(found: list[Attribute], name: str) -> list[Attribute]:
    return [attribute for attribute in found if attribute.name == name.lower().encode()]


def _after_name(tag: bytes) -> int:
    found = re.match(rb"<[^\t\n\f\r />]+", tag)
    return found.end() if found else 0
