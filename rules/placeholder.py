"""Where in markup a placeholder such as `{slug}` or `{place.name}` may stand, and as what.

A value comes from an address that a visitor typed, or from a list of places. It is encoded for its place when a page is
made, so it can be no tag and end no attribute. But there are places that no encoding makes safe: a script is a program
whatever its letters, a comment may end, an address may begin with `javascript:`. So a value stands in three kinds of
places: as **text** of an element, as the value of an **attribute** that is only read, and inside an **address** behind
a beginning that already says to which site it leads. Everything else is refused, with what to write instead.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final, Literal

from rules.problem import Mistake, Place
from rules.scan import VOID, Tag, attributes, scan

Kind = Literal["text", "attribute", "address"]

PLACEHOLDER: Final = re.compile(r"\{((?:place|near)\.[a-z][a-z0-9_]*|[a-z][a-z0-9_]*)\}")
"""A name in braces, and nothing else in them."""

ADDRESSES: Final = frozenset(("action", "background", "cite", "formaction", "href", "poster", "src", "xlink:href"))
"""Attributes that lead somewhere."""

_READ: Final = frozenset(
    re.findall(
        r"\S+",
        """
        abbr alt class content datetime dir for headers height high id label lang low max min optimum placeholder role
        summary title value width
        """,
    )
)
"""Attributes that are read by people, or name something."""

_RUN: Final = re.compile(r"data-(?:(?:bind|action|controller)(?:$|-)|(?:on|ng|v|x|hx)[-:])")
_NO_TEXT: Final = frozenset(b"script style xmp iframe noembed noframes plaintext noscript template".split())
"""Elements in which text is a program, is not shown, or may not stand."""

NO_ATTRIBUTE: Final = frozenset(b"script style base param animate animatemotion animatetransform set".split())
"""Elements whose attributes decide what runs."""

_SETTLED: Final = re.compile(r"(?:https?:)?//[A-Za-z0-9.\[\]:-]+[/?#]|[A-Za-z0-9._~%-]*[/?#](?![/\\])")
"""How an address begins whose site no value can change."""

_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_OPENING: Final = re.compile(rb"<[!?/A-Za-z]")
_JOINS: Final = re.compile(r"(?:&[#0-9A-Za-z]*|<[/!?]?)\Z")
"""What a value behind it would become a part of."""


_JOINED: Final = ("would become a part of what stands before it", "write `&lt;` for `<` and `&amp;` for `&`")


@dataclass(frozen=True, slots=True)
class Spot:
    """One placeholder: `text[start:end]`, in bytes of UTF-8 for markup, in characters for a plain text."""

    start: int
    end: int
    name: str
    kind: Kind
    wrong: str = ""  # why it cannot stand there
    hint: str = ""


def named(text: str) -> tuple[str, ...]:
    """The names of all placeholders in a text or in markup, each once, in order."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def placed(markup: str, path: Place = (), names: Collection[str] | None = None) -> tuple[Mistake, ...]:
    """What is wrong with where the placeholders of some markup stand; `names`: only these are placeholders."""
    found = spots(markup, names)
    return tuple(Mistake(path, f"`{{{spot.name}}}` {spot.wrong}", spot.hint) for spot in found if spot.wrong)


def placed_value(
    attribute: str, value: str, path: Place = (), names: Collection[str] | None = None
) -> tuple[Mistake, ...]:
    """The same for the value of an attribute that is set."""
    found = value_spots(attribute, value, names)
    return tuple(Mistake(path, f"`{{{spot.name}}}` {spot.wrong}", spot.hint) for spot in found if spot.wrong)


def spots(markup: str, names: Collection[str] | None = None) -> tuple[Spot, ...]:
    """The placeholders of some markup in order, as bytes of its UTF-8."""
    if "{" not in markup:
        return ()
    page = markup.encode("utf-8", "replace")
    tags = tuple(scan(page))
    found = re.finditer(PLACEHOLDER.pattern.encode(), page)
    wanted = ((each, each[1].decode()) for each in found)
    return tuple(spot_at(page, tags, *each.span(), name) for each, name in wanted if names is None or name in names)


def value_spots(attribute: str, value: str, names: Collection[str] | None = None) -> tuple[Spot, ...]:
    """The placeholders in the value of an attribute that is set, in order."""
    found = (each for each in PLACEHOLDER.finditer(value) if names is None or each[1] in names)
    return tuple(value_spot(attribute.lower(), value, *each.span(), each[1]) for each in found)


def text_spots(text: str, names: Collection[str]) -> tuple[Spot, ...]:
    """The placeholders in a plain text, in order: it may hold them anywhere."""
    found = (each for each in PLACEHOLDER.finditer(text) if each[1] in names)
    return tuple(Spot(*each.span(), each[1], "text") for each in found)


def spot_at(page: bytes, tags: Sequence[Tag], start: int, end: int, name: str) -> Spot:
    """What stands in the braces there: `page[start:end]`, of which these are the tags."""
    before = None
    for tag in tags:
        if tag.start <= start < tag.end:
            return _in_tag(page, tag, start, end, name)
        if tag.start > start:
            break
        before = tag
    outside = _COMMENT.sub(lambda comment: b" " * len(comment[0]), page[0 if before is None else before.end : end])
    if not outside.endswith(page[start:end]) or _OPENING.search(outside):
        return Spot(start, end, name, "text", "stands in a comment or a broken tag", "take it out of there")
    if _JOINS.search(outside[: start - end].decode("utf-8", "replace")):
        return Spot(start, end, name, "text", *_JOINED)
    around = _open(tags, start) & _NO_TEXT
    if around:
        hint = "put it into an attribute of an element outside, such as data-place, and read that in your script"
        return Spot(start, end, name, "text", f"stands inside `<{min(around).decode()}>`", hint)
    return Spot(start, end, name, "text")


def _open(tags: Sequence[Tag], start: int) -> set[bytes]:
    """The names of the elements that may be open at a place."""
    count: dict[bytes, int] = {}
    for tag in tags:
        if tag.start >= start:
            break
        if tag.name not in VOID:
            count[tag.name] = max(0, count.get(tag.name, 0) + (-1 if tag.closing else 1))
    return {name for name, number in count.items() if number}


def _in_tag(page: bytes, tag: Tag, start: int, end: int, name: str) -> Spot:
    source = page[tag.start : tag.end]
    for attribute in () if tag.closing else attributes(source):
        if not attribute.value <= start - tag.start < attribute.end:
            continue
        quote = source[attribute.value : attribute.value + 1]
        written = attribute.name.decode("utf-8", "replace")
        if quote not in (b'"', b"'"):
            return Spot(start, end, name, "attribute", f"stands in `{written}` without quotes", f'write {written}="…"')
        if tag.name in NO_ATTRIBUTE or (tag.name == b"meta" and b"http-equiv" in source.lower()):
            return Spot(start, end, name, "attribute", f"stands in `<{tag.name.decode()}>`", "write it out there")
        inside = source[attribute.value + 1 : attribute.end - 1]
        at = start - tag.start - attribute.value - 1
        before = inside[:at].decode("utf-8", "replace")
        if _JOINS.search(before):
            return Spot(start, end, name, "attribute", *_JOINED)
        spot = value_spot(written, inside.decode("utf-8", "replace"), len(before), len(before) + end - start, name)
        return Spot(start, end, name, spot.kind, spot.wrong, spot.hint)
    return Spot(start, end, name, "attribute", "stands in a tag itself", "put it into the value of an attribute")


def value_spot(attribute: str, value: str, start: int, end: int, name: str) -> Spot:
    """The same for the value of an attribute, `value[start:end]`."""
    if attribute in ADDRESSES or attribute == "srcset":
        wrong = _unsettled(value[:start], several=attribute == "srcset")
        return Spot(start, end, name, "address", wrong, "begin the address with a path: /to/{…}" if wrong else "")
    if attribute in _READ or attribute.startswith("aria-") or _is_data(attribute):
        return Spot(start, end, name, "attribute")
    why = (
        "which is a program"
        if attribute.startswith(("on", "@", ":", "v-", "x-", "ng-", "hx-"))
        else "which is not text"
    )
    hint = "a placeholder may stand in texts such as alt, title, aria-label, data-… and in addresses"
    return Spot(start, end, name, "attribute", f"stands in `{attribute}`, {why}", hint)


def _is_data(attribute: str) -> bool:
    return attribute.startswith("data-") and not _RUN.match(attribute)


def _unsettled(before: str, *, several: bool) -> str:
    """What is wrong with the beginning of an address; nothing when it leads to a certain site."""
    if several:
        before = re.split(r"[\t\n\f\r ,]", before)[-1]
    plain = re.sub(r"[\t\n\r]", "", unescape(before)).lstrip("".join(map(chr, range(0x21))))
    return "" if _SETTLED.match(plain) else "could lead to any site, where it stands in this address"


def parted(text: str, found: Sequence[Spot]) -> Iterator[str | Spot]:
    """A plain text in pieces: what stands between the placeholders, and these."""
    at = 0
    for spot in found:
        yield text[at : spot.start]
        yield spot
        at = spot.end
    yield text[at:]
