"""Whether a variant's markup stays inside its place.

`<div>` in a `p` closes the `p`; an unclosed `<b>` makes the rest of the page bold; a bare `<td>` vanishes. What an
element makes of its surroundings depends only on the elements around it, and `prove.py` has shown that nothing else
lingers there. So the elements around the slot are opened once more in an empty document, and the markup is parsed in
it: all that stands outside of the two comments around it, and behind it, must be as if the markup were not there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from edge.pages.charset import UTF_8, Charset
from edge.pages.fill import NOTHING, PROBES, Template, written
from edge.pages.tree import Node, Tree, ancestors, html, parse
from edge.pages.values import Miss, Slot
from rules.placeholder import named, spots
from rules.scan import scan

_FRAME: Final = frozenset((b"html", b"head", b"body", b"frameset"))
_FORM: Final = re.compile(r"</?form", re.IGNORECASE)
_OPEN_END: Final = re.compile(r"(?:&[#0-9A-Za-z]*|</?)\Z")
_ESCAPABLE: Final = frozenset(("title", "textarea"))
_LINE_EATERS: Final = frozenset(("pre", "listing", "textarea"))

_Pieces = tuple[str, str, str]


def markup(slot: Slot, text: str, charset: Charset, values: Mapping[str, str] = NOTHING) -> bytes | Miss:
    """Return markup as bytes for beside or instead of a slot, or why it cannot stand there."""
    if not text:
        return b""
    if slot.in_form and _FORM.search(text):
        return "markup"
    found = _markup_template(slot.quirks, slot.context, text, charset, _named(text, values))
    return found if isinstance(found, str) else found.filled(values, charset)


def content(slot: Slot, text: str, charset: Charset, values: Mapping[str, str] = NOTHING) -> bytes | Miss:
    """Return plain text as bytes for the inside of a slot, or why it cannot stand there."""
    context = () if slot.name in _ESCAPABLE else (*slot.context, slot.name)
    found = _text_template(slot.quirks, context, text, charset, _named(text, values))
    body = found if isinstance(found, str) else found.filled(values, charset)
    if isinstance(body, bytes) and slot.name in _LINE_EATERS and body.startswith(b"\n"):
        return b"\n" + body  # a parser drops the first one
    return body


def _named(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(name for name in named(text) if name in values) if values and "{" in text else ()


@lru_cache(maxsize=4096)
def _markup_template(
    quirks: bool, context: tuple[str, ...], text: str, charset: Charset, names: tuple[str, ...]
) -> Template | Miss:
    found = spots(text, names) if names else ()
    if any(spot.wrong for spot in found):
        return "markup"
    template = Template.of(text, found)
    if template is None:
        return "charset"
    tokens = [template.token(number) for number in range(len(found))]
    whole = template.joined([token.encode() for token in tokens])
    body = _fitted(quirks, context, whole.decode(), charset)
    if isinstance(body, str):
        return body
    if found and not _fills(quirks, context, template, tokens):
        return "markup"
    return template.like(body)


def _fills(quirks: bool, context: tuple[str, ...], template: Template, tokens: list[str]) -> bool:
    """Whether values of all sorts stay in their places: the tree is as with a harmless word there."""
    mark = _unused(template.joined([]).decode())
    inside = _pieces(quirks, context, mark, template.joined([token.encode() for token in tokens]), UTF_8)[1]
    for probe in PROBES:
        wanted = inside
        for token, spot in zip(tokens, template.spots, strict=True):
            wanted = wanted.replace(token, probe.written[spot.kind])
        probed = template.joined([probe.encoded[spot.kind] for spot in template.spots])
        if _pieces(quirks, context, mark, probed, UTF_8)[1] != wanted:
            return False
    return True


@lru_cache(maxsize=4096)
def _text_template(
    quirks: bool, context: tuple[str, ...], text: str, charset: Charset, names: tuple[str, ...]
) -> Template | Miss:
    """`context` is empty where any text may stand."""
    template = Template.of_text(text, names)
    if template is None:
        return "charset"
    whole = template.joined([template.token(number).encode() for number in range(len(template.spots))]).decode()
    body = _fitted(quirks, context, whole, charset) if context and whole else written(whole, charset)
    if body is None:
        return "charset"
    return body if isinstance(body, str) else template.like(body)


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
    """Return a word that can be a tag and does not occur in the markup."""
    return f"ws-{blake2b(text.encode('utf-8', 'replace'), digest_size=16).hexdigest()}"  # it cannot hold its own digest


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
