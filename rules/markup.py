"""Whether a piece of markup can stand anywhere at all.

What it is put into is known only when a page comes by, and is looked at then. But markup that opens an element and does
not close it, that ends in the middle of a tag, or that is a whole page, would change what is around it on any page: it
would never be shown. A browser's own parser judges: the piece is parsed between two comments, in each kind of place
that reads markup in its own way, and all outside of the comments must be as it is without the piece. Which tag is to
blame is found by walking over the tags, and is only ever said of markup that has been judged.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from typing import Final

from selectolax.lexbor import LexborHTMLParser

from rules.problem import Mistake, Place

_PLACES: Final = ("", "<table>", "<table><tbody>", "<table><tbody><tr>", "<table><colgroup>", "<svg>", "<math>")
_FRAME: Final = ("html", "head", "body", "frameset")
_OPEN_END: Final = re.compile(r"(?:&[#0-9A-Za-z]*|</?)\Z")
_NOT_PLAIN: Final = re.compile(
    r"<(?:[!?]|script|style|textarea|title|xmp|iframe|noembed|noframes|noscript|plaintext|svg|math|template)",
    re.IGNORECASE,
)
"""Where tags may stand that are none."""
_VOID: Final = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_OPTIONAL: Final = frozenset(
    ("dd", "dt", "li", "optgroup", "option", "p", "rb", "rp", "rt", "tbody", "td", "tfoot", "th", "thead", "tr")
)
"""Elements that the next one, or the end of what is around them, may close."""


def misplaced(text: str, path: Place) -> tuple[Mistake, ...]:
    """What keeps this markup from standing on any page; nothing where some place may take it."""
    tags = _Tags(text)
    if found := _OPEN_END.search(text):
        hint = "write `&amp;` for `&`, `&lt;` for `<`, and end a reference with `;`"
        return (_mistake(path, text, f"the markup ends with `{found[0]}`, in the middle of something", hint),)
    framed = tags.frame and not _NOT_PLAIN.search(text)
    if framed or (text and not any(_stays(text, place) for place in _PLACES)):
        return (tags.blame(path),)
    return ()


def _mistake(path: Place, text: str, message: str, hint: str, line: int = 0) -> Mistake:
    """The line is counted within the markup, and said where there are several."""
    lines = text.count("\n") + 1
    where = f" (line {line or lines} of the markup)" if len(text.splitlines()) > 1 else ""
    return Mistake(path, f"{message}{where}", hint)


def _stays(text: str, place: str) -> bool:
    mark = _unused(text)
    around = _around(place, text, mark)
    return around is not None and around == _around(place, "", mark)


def _unused(text: str) -> str:
    number = 0
    while f"ws-{number}" in text.lower():
        number += 1
    return f"ws-{number}"


@cache
def _empty(place: str, mark: str) -> tuple[str, str] | None:
    return _parsed(place, "", mark)


def _around(place: str, text: str, mark: str) -> tuple[str, str] | None:
    """What stands before and behind the two comments; None when they are not in one element."""
    return _parsed(place, text, mark) if text else _empty(place, mark)


def _parsed(place: str, text: str, mark: str) -> tuple[str, str] | None:
    comment = f"<!--{mark}-->"
    whole = f"<!doctype html><html><body>{place}{comment}{text}{comment}<{mark}></{mark}><form></form>"
    tree = LexborHTMLParser(whole)
    nodes = () if tree.root is None else tree.root.traverse()
    parents = [node.parent for node in nodes if node.is_comment_node and node.comment_content == mark]
    pieces = (tree.html or "").split(comment)
    if len(pieces) != 3 or len(parents) != 2 or len({parent.mem_id for parent in parents if parent}) != 1:
        return None
    return pieces[0], pieces[2]


class _Tags(HTMLParser):
    """The tags of some markup: those of the page's frame, those left open, those that close nothing."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.frame: tuple[str, int] | None = None
        self._text = text
        self._open: list[tuple[str, int]] = []
        self._stray: tuple[str, int] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - the name is the parser's
        """An element begins."""
        line = self.getpos()[0]
        if tag in _FRAME:
            self.frame = self.frame or (tag, line)
        elif tag not in _VOID:
            self._open.append((tag, line))

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """An element with a slash at its end: only one of a drawing or a formula ends with it."""
        if not any(name in ("svg", "math") for name, _ in self._open):
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it those in it whose end may be left out."""
        line = self.getpos()[0]
        if tag in _FRAME:
            self.frame = self.frame or (tag, line)
            return
        for at in range(len(self._open) - 1, -1, -1):
            if self._open[at][0] == tag:
                inner = [] if tag in ("svg", "math") else self._open[at + 1 :]
                self._open[at:] = [each for each in inner if each[0] not in _OPTIONAL]
                return
        self._stray = self._stray or (tag, line)

    def blame(self, path: Place) -> Mistake:
        """The tag to correct."""
        if self.frame:
            name, line = self.frame
            hint = "write only what stands in the place of the slot"
            return _mistake(path, self._text, f"`<{name}>` belongs to the page itself", hint, line)
        if self._open:
            named = [each for each in self._open if each[0] not in _OPTIONAL] or self._open
            name, line = named[-1] if self.rawdata else named[0]
            return _mistake(path, self._text, f"`<{name}>` is never closed", f"add `</{name}>` where it ends", line)
        if self.rawdata:
            hint = 'close the tag with `>`, the comment with `-->`, the quotes with `"`'
            return _mistake(path, self._text, "the markup ends inside a tag or a comment", hint)
        if self._stray:
            name, line = self._stray
            return _mistake(path, self._text, f"`</{name}>` closes nothing of this markup", "delete it", line)
        return _mistake(path, self._text, "this markup can stand on no page", "close each element that it opens")
