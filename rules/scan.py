"""Where the tags of a page stand, byte by byte.

A parser gives a tree and forgets the bytes; a byte-exact edit needs the bytes. This scanner follows the tokenizer of
the HTML Standard (section 13.2.5) as far as it decides where a tag begins and ends: quotes in attributes, comments
with all their ways to end, the escapes of `script`, elements whose content is text, CDATA inside `svg` and `math`.

Two things only a full parser knows: whether it stands in foreign content, and whether an element with text content
was opened at all. There the scanner guesses as well as a tag stack allows. A wrong guess is harmless: nothing is
edited that a real parser has not proven. Every byte is looked at a bounded number of times, whatever
the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

VOID: Final = frozenset(
    b"area base br col embed hr img input link meta param source track wbr basefont bgsound frame keygen".split()
)
"""Elements without content and without an end tag."""

TEXTUAL: Final = frozenset(b"script style xmp iframe noembed noframes textarea title plaintext".split())
"""Elements whose content is text, whatever it looks like."""

FORMATTING: Final = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())
"""Elements that a parser opens again where they were not closed."""

_SPACE: Final = rb"[\t\n\f\r ]"
_ATTRIBUTE: Final = (
    rb"([^\t\n\f\r />][^\t\n\f\r />=]*+)"
    rb"(?:" + _SPACE + rb"*+=" + _SPACE + rb'*+("[^"]*+"|\'[^\']*+\'|[^\t\n\f\r >"\'][^\t\n\f\r >]*+|(?=>))'
    rb"|(?!" + _SPACE + rb"*+=))"
)
_ATTRIBUTES: Final = re.compile(_ATTRIBUTE)
_MARKUP: Final = re.compile(
    rb"<(?:(/?)([A-Za-z][^\t\n\f\r />]*+)[\t\n\f\r /]*+(?:"
    + _ATTRIBUTE.replace(rb"([^\t\n\f\r />][", rb"(?:[^\t\n\f\r />][").replace(rb'("[', rb'(?:"[')
    + rb"[\t\n\f\r /]*+)*+>|(/?[A-Za-z])|(!--)|(!\[CDATA\[)|[!?/])"
)
_COMMENT_END: Final = re.compile(rb"--!?>")
_SCRIPT: Final = re.compile(rb"<!--|-->|<(/?)script(?=[\t\n\f\r />])", re.IGNORECASE)
_TEXT_END: Final = {
    name: re.compile(rb"</" + name + rb"(?=[\t\n\f\r />])", re.IGNORECASE)
    for name in TEXTUAL - {b"plaintext", b"script"}
}

_DEEPEST: Final = 512
_FOREIGN: Final = frozenset((b"svg", b"math"))
_INTEGRATION: Final = frozenset(b"foreignobject desc title mi mo mn ms mtext annotation-xml".split())
_BREAKOUT: Final = frozenset(
    b"b big blockquote body br center code dd div dl dt em embed h1 h2 h3 h4 h5 h6 head hr i img li listing menu meta"
    b" nobr ol p pre ruby s small span strong strike sub sup table tt u ul var".split()
)


class Tag(NamedTuple):
    """One tag: `page[start:end]` is all of it. `raw`: it closes an element whose content is text."""

    start: int
    end: int
    name: bytes  # in lower case
    closing: bool
    raw: bool = False


class Attribute(NamedTuple):
    """One attribute of a start tag, as offsets into the tag. Without a value, `value` and `end` are equal."""

    name: bytes  # in lower case
    start: int
    after_name: int
    value: int  # where the value begins, quotes included
    end: int


def scan(page: bytes) -> Iterator[Tag]:
    """Yield the tags of a page in order, in time linear to its length."""
    foreign: list[bytes] = []  # open svg, math, and the places inside them where HTML is allowed again
    at: int | None = 0
    while at is not None:
        for found in _MARKUP.finditer(page, at):
            slash, name = found.group(1, 2)
            if name is None:  # a comment and its like
                at = _beyond(page, found, foreign)
                break
            start, end = found.span()
            name = name.lower()
            tag = Tag(start, end, name, slash == b"/")
            yield tag
            if name in TEXTUAL and not slash and not _in_foreign(foreign):
                closing = _text_end(page, name, end)
                if closing is None:
                    return
                yield closing
                at = closing.end
                break
            if foreign or name in _FOREIGN:
                _follow(foreign, tag, page)
        else:
            return


def attributes(tag: bytes) -> Iterator[Attribute]:
    """Yield the attributes of one start tag in order, repeated ones too."""
    name = re.match(rb"<[^\t\n\f\r />]+", tag)
    if name is None:
        return
    for found in _ATTRIBUTES.finditer(tag, name.end(), len(tag)):
        value = found.end() if found[2] is None else found.start(2)
        yield Attribute(found[1].lower(), found.start(), found.end(1), value, found.end())


def _beyond(page: bytes, found: re.Match[bytes], foreign: list[bytes]) -> int | None:
    """The offset behind something that is no tag, or None when the rest of the page is inside it."""
    if found[3]:  # a tag that never ends
        return None
    if found[4]:
        return _comment_end(page, found.end())
    if found[5] and _in_foreign(foreign):
        end = page.find(b"]]>", found.end())
        return None if end < 0 else end + 3
    end = page.find(b">", found.end())
    return None if end < 0 else end + 1


def _comment_end(page: bytes, at: int) -> int | None:
    if page.startswith(b">", at):
        return at + 1
    if page.startswith(b"->", at):
        return at + 2
    end = _COMMENT_END.search(page, at)
    return None if end is None else end.end()


def _text_end(page: bytes, name: bytes, at: int) -> Tag | None:
    """The end tag of an element whose content is text; None when it swallows the rest of the page."""
    if name == b"plaintext":
        return None
    start = _script_end(page, at) if name == b"script" else _first(_TEXT_END[name], page, at)
    whole = None if start is None else _MARKUP.match(page, start)
    if start is None or whole is None or whole[2] is None:
        return None
    return Tag(start, whole.end(), name, closing=True, raw=True)


def _first(pattern: re.Pattern[bytes], page: bytes, at: int) -> int | None:
    found = pattern.search(page, at)
    return None if found is None else found.start()


def _script_end(page: bytes, at: int) -> int | None:
    """Where a script's end tag begins: `<!--` hides it, but only behind another `<script`."""
    escaped = hidden = False
    while (found := _SCRIPT.search(page, at)) is not None:
        at = found.end()
        if found[0] == b"<!--":
            escaped, at = True, at - 2  # its dashes may also end it: <!-->
        elif found[0] == b"-->":
            escaped = hidden = False
        elif not found[1]:
            hidden = escaped
        elif hidden:
            hidden = False
        else:
            return found.start()
    return None


def _in_foreign(foreign: list[bytes]) -> bool:
    return bool(foreign) and foreign[-1] in _FOREIGN


def _follow(foreign: list[bytes], tag: Tag, page: bytes) -> None:
    """Keep track of svg and math, near enough."""
    if tag.closing:
        if tag.name in foreign:
            del foreign[len(foreign) - 1 - foreign[::-1].index(tag.name) :]
    elif _in_foreign(foreign) and tag.name in _BREAKOUT:
        while _in_foreign(foreign):
            foreign.pop()
    elif page[tag.end - 2] == 0x2F or len(foreign) > _DEEPEST:
        return  # it has no content; or the page is refused anyway, and the look-up above stays cheap
    elif tag.name in _FOREIGN or (foreign and tag.name in _INTEGRATION):
        foreign.append(tag.name)
