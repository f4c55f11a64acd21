"""Patterns of paths, hosts and words: `*` is any run of characters, also `/`; `{slug}` is a run of `[A-Za-z0-9._-]`.

Visitors choose the text that is matched, so nothing here may go back and try again.

A pattern of stars needs no second try: its first piece must begin the text, its last must end it, and taking each
piece between them at the earliest place where it stands leaves the most room for the next. Captures do not have that
property, so a pattern that holds one runs as an automaton: bit i of a number says that the first i items of the pattern
can account for the characters read so far (Baeza-Yates and Gonnet, 1992, "A new approach to text searching"), and a
character costs a few operations on that number whatever came before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SLUG: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
"""The characters that a capture takes."""

_CAPTURE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_ITEM: Final = re.compile(r"\*+|\{[a-z][a-z0-9_]*\}|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Glob:
    """A pattern of literal pieces with stars between them."""

    written: str
    head: str
    middle: tuple[str, ...]
    tail: str | None  # None: there is no star, the whole text is `head`

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` has this pattern; linear in its length."""
        if self.tail is None:
            return text == self.head
        at, end = len(self.head), len(text) - len(self.tail)
        if at > end or not text.startswith(self.head) or not text.endswith(self.tail):
            return False
        for piece in self.middle:
            found = text.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True


@dataclass(frozen=True, slots=True)
class Route:
    """A pattern with captures, as an automaton over the bits of an integer."""

    written: str
    names: tuple[str, ...]  # of the captures, in order
    accepting: int = field(compare=False, repr=False)
    advance: Mapping[str, int] = field(compare=False, repr=False)  # character -> items that take it
    slugs: int = field(compare=False, repr=False)  # items that are captures
    stay: int = field(compare=False, repr=False)  # states that any character leaves as they are (after a star)
    linger: int = field(compare=False, repr=False)  # states that a character of a slug leaves as they are

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` has this pattern; linear in its length."""
        states = 1
        for character in text:
            advance, stay = self.advance.get(character, 0), self.stay
            if character in SLUG:
                advance, stay = advance | self.slugs, stay | self.linger
            states = (states & advance) << 1 | states & stay
            if not states:
                return False
        return bool(states & self.accepting)


Pattern = Glob | Route


def pattern(written: str) -> Pattern:
    """The compiled form of what is written; every text is a valid pattern."""
    return _route(written) if _CAPTURE.search(written) else glob(written)


def captures(written: str) -> tuple[str, ...]:
    """The names of the captures in a pattern, in order."""
    return tuple(_CAPTURE.findall(written))


def glob(written: str) -> Glob:
    """The compiled form where braces mean themselves."""
    head, *rest = written.split("*")
    if not rest:
        return Glob(written, head, (), None)
    return Glob(written, head, tuple(piece for piece in rest[:-1] if piece), rest[-1])


def _route(written: str) -> Route:
    advance: dict[str, int] = {}
    slugs = stay = linger = place = 0
    for item in _ITEM.findall(written):
        if item[0] == "*":
            stay |= 1 << place
            continue
        if len(item) > 1:
            slugs |= 1 << place
            linger |= 1 << place + 1
        else:
            advance[item] = advance.get(item, 0) | 1 << place
        place += 1
    return Route(written, captures(written), 1 << place, advance, slugs, stay, linger)
