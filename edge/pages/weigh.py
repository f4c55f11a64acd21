"""How hard a page would be for a parser, told from its tags alone.

Three kinds of pages bring a parser down. Very deep ones: for many a tag it looks through all open elements, so the time
grows with the square of the depth. Browsers stop at 512; so do we. Forgotten `<b>`s: at each piece of text a parser
opens all of them again, so 80 KB of tags can become gigabytes of tree. So each tag counts as many elements as were
forgotten before it. And tags with very many attributes: each one is compared with all before it.

The stack here is simpler than a parser's and errs on the heavy side. It is kept in one pass over the tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

from edge.pages.values import Reason
from rules.scan import FORMATTING, VOID, Tag, attributes

DEPTH: Final = 512
"""Open elements at one time; browsers flatten what is deeper."""

REOPENED: Final = 500_000
"""Elements that a parser may have to open again."""

TAGS: Final = 250_000
"""Tags of one page; about 5 MB of ordinary markup. Its tree takes some 250 MB while it is looked through."""

ATTRIBUTES: Final = 1_000
"""Attributes of one tag."""

COMPARED: Final = 20_000_000
"""Comparisons of attributes on one page."""

_LONG: Final = 128  # bytes of a tag that may have attributes enough to matter

_BARRIERS: Final = frozenset(
    b"table td th caption template object applet marquee select foreignobject desc title mi mo mn ms mtext".split()
)
"""An end tag inside one of these does not reach what is open outside of it."""

_MARKERS: Final = frozenset(b"td th caption template object applet marquee".split())
"""Where one of these ends, what was forgotten inside it stays forgotten."""

_TABLE: Final = frozenset(b"table caption colgroup thead tbody tfoot tr td th".split())

_ENDED_BY: Final = {
    b"p": (b"p",),
    b"li": (b"li", b"p"),
    b"dt": (b"dt", b"dd", b"p"),
    b"dd": (b"dt", b"dd", b"p"),
    b"option": (b"option",),
    b"a": (b"a",),
    b"td": (b"td", b"th", b"p", b"li", b"dt", b"dd"),
    b"th": (b"td", b"th", b"p", b"li", b"dt", b"dd"),
    b"tr": (b"tr", b"td", b"th", b"p", b"li", b"dt", b"dd"),
    b"tbody": (b"tbody", b"thead", b"tfoot", b"tr", b"td", b"th", b"p", b"li", b"dt", b"dd"),
}
"""What a start tag ends when nothing else is open inside it; the element itself must be among it."""


def too_heavy(page: bytes, tags: Sequence[Tag]) -> Reason | None:
    """Tell whether a page has too many tags or attributes, or is nested too deep, or has too much to open again."""
    if len(tags) > TAGS or _too_many_attributes(page, tags):
        return "too-large"
    return _too_deep(tags)


def _too_many_attributes(page: bytes, tags: Sequence[Tag]) -> bool:
    compared = 0
    of_page = 0
    for tag in tags:
        if tag.name in (b"html", b"body") and not tag.closing:  # all of them lend their attributes to the first
            of_page += sum(1 for _ in islice(attributes(page[tag.start : tag.end]), ATTRIBUTES))
        elif tag.end - tag.start > _LONG:
            number = sum(1 for _ in islice(attributes(page[tag.start : tag.end]), ATTRIBUTES + 1))
            compared += number * number
            if number > ATTRIBUTES or compared > COMPARED:
                return True
        if of_page > ATTRIBUTES:
            return True
    return False


def _too_deep(tags: Sequence[Tag]) -> Reason | None:
    stack: list[bytes] = []
    forgotten = reopened = 0
    for tag in tags:
        name = tag.name
        if tag.closing:
            if stack and stack[-1] == name:
                stack.pop()
            else:
                forgotten += _close(stack, name)
        elif name not in VOID:
            if name in _ENDED_BY:
                _imply(stack, name)
            stack.append(name)
            if len(stack) > DEPTH:
                return "too-deep"
        reopened += forgotten
    return "too-deep" if reopened > REOPENED else None


def _close(stack: list[bytes], name: bytes) -> int:
    """Close what an end tag closes; return how many formatting elements are forgotten by that."""
    at = _reach(stack, name)
    if at is None:
        return 0
    if name in FORMATTING or name == b"form":
        del stack[at]  # what is open inside stays open
        return 0
    above = stack[at:]
    del stack[at:]
    kept = next((depth for depth, other in enumerate(above) if other in _MARKERS), len(above))
    return sum(other in FORMATTING for other in above[:kept])


def _reach(stack: list[bytes], name: bytes) -> int | None:
    barriers = frozenset((b"table", b"template")) if name in _TABLE else _BARRIERS
    for at in range(len(stack) - 1, -1, -1):
        if stack[at] == name:
            return at
        if stack[at] in barriers:
            return None
    return None


def _imply(stack: list[bytes], name: bytes) -> None:
    """Close what a start tag closes by itself, such as the list item before."""
    ended = _ENDED_BY[name]
    at = len(stack)
    while at and stack[at - 1] in ended:
        at -= 1
        if stack[at] == name:
            del stack[at:]
            return
