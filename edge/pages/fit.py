"""Whether a variant's markup stays inside its place.

`<div>` in a `p` closes the `p`; an unclosed `<b>` makes the rest of the page bold; a bare `<td>` vanishes. What an
element makes of its surroundings depends only on the elements around it, and `prove.py` has shown that nothing else
lingers there. So the elements around the slot are opened once more in an empty document, and the markup is parsed in
it: all that stands outside of the two comments around it, and behind it, must be as if the markup were not there.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from edge.pages.charset import UTF_8, Charset
from edge.pages.scan import scan
from edge.pages.tree import Node, Tree, ancestors, html, parse
from edge.pages.values import Miss, Slot

_FRAME: Final = frozenset((b"html", b"head", b"body", b"frameset"))
_FORM: Final = re.compile(r"</?form", re.IGNORECASE)
_OPEN_END: Final = re.compile(r"(?:&[#0-9A-Za-z]*|</?)\Z")
_ESCAPES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\0": "\ufffd"})
_ESCAPABLE: Final = frozenset(("title", "textarea"))
_LINE_EATERS: Final = frozenset(("pre", "listing", "textarea"))

_Pieces = tuple[str, str, str]


def markup(slot: Slot, text: str, charset: Charset) -> bytes | Miss:
    """Return markup as bytes for beside or instead of a slot, or why it cannot stand there."""
    if not text:
        return b""
    if slot.in_form and _FORM.search(text):
        return "markup"
    return _fitted(slot.quirks, slot.context, text, charset)


def content(slot: Slot, text: str, charset: Charset) -> bytes | Miss:
    """Return plain text as bytes for the inside of a slot, or why it cannot stand there."""
    escaped = text.translate(_ESCAPES)
    if slot.name in _LINE_EATERS and escaped.startswith("\n"):
        escaped = "\n" + escaped  # a parser drops the first one
    if slot.name in _ESCAPABLE:
        body = written(escaped, charset)
        return "charset" if body is None else body
    return _fitted(slot.quirks, (*slot.context, slot.name), escaped, charset) if escaped else b""


def written(text: str, charset: Charset) -> bytes | None:
    """Return text as bytes, with references for what the charset lacks; None when it is not text at all."""
    try:
        exact = text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return None
    return exact if charset is UTF_8 else text.encode(charset.writes, "xmlcharrefreplace")


@lru_cache(maxsize=4096)
def _fitted(quirks: bool, context: tuple[str, ...], text: str, charset: Charset) -> bytes | Miss:
    body, exact = written(text, charset), written(text, UTF_8)
    if body is None or exact is None:
        return "charset"
    if _OPEN_END.search(text) or any(tag.name in _FRAME for tag in scan(exact)):
        return "markup"
    mark = _unused(text)
    empty = _place(quirks, context, mark)
    if empty is None:
        return "structure"
    left, inside, right = _pieces(quirks, context, mark, exact, UTF_8)
    if (left, right) != (empty[0], empty[2]):
        return "markup"
    if charset is not UTF_8 and _pieces(quirks, context, mark, body, charset)[1] != inside:
        return "charset"  # a reference inside a script, say, is not read as one
    return body


def _unused(text: str) -> str:
    number = 0
    while f"ws-{number}" in text.lower():
        number += 1
    return f"ws-{number}"


@lru_cache(maxsize=1024)
def _place(quirks: bool, context: tuple[str, ...], mark: str) -> _Pieces | None:
    """What the document looks like without the markup; None when these elements cannot be opened one by one."""
    tree = parse(_document(quirks, context, mark, b""), UTF_8)
    ends = _ends(tree, mark)
    if len(ends) != 2 or tuple((above.tag or "").lower() for above in ancestors(ends[0])) != context[::-1]:
        return None
    return _split(tree, mark)


def _pieces(quirks: bool, context: tuple[str, ...], mark: str, body: bytes, charset: Charset) -> _Pieces:
    return _split(parse(_document(quirks, context, mark, body), charset), mark)


def _split(tree: Tree, mark: str) -> _Pieces:
    """The document before, inside and behind the two comments; nothing when they are not in one element."""
    ends = [node.parent for node in _ends(tree, mark)]
    pieces = html(tree).split(f"<!--{mark}-->")
    if len(ends) != 2 or ends[0] is None or ends[1] is None or ends[0].mem_id != ends[1].mem_id or len(pieces) != 3:
        return "", "", ""
    return pieces[0], pieces[1], pieces[2]


def _ends(tree: Tree, mark: str) -> list[Node]:
    nodes = () if tree.root is None else tree.root.traverse()
    return [node for node in nodes if node.is_comment_node and node.comment_content == mark]


def _document(quirks: bool, context: tuple[str, ...], mark: str, body: bytes) -> bytes:
    """The elements around a place, the markup between two comments, and what would show that it left a trace."""
    opened = "".join(f"<{name}>" for name in context)
    head = f"{'' if quirks else '<!doctype html>'}{opened}<!--{mark}-->".encode()
    return head + body + f"<!--{mark}--><{mark}></{mark}><form></form>".encode()
