"""Patterns of paths, hosts and words: `*` is any run of characters, also `/`; `{slug}` is a run of `[A-Za-z0-9._-]`.

Visitors choose the text that is matched, so nothing here may go back and try again without bound.

A pattern of stars needs no second try: its first piece must begin the text, its last must end it, and taking each
piece between them at the earliest place where it stands leaves the most room for the next. Captures keep that property
inside a piece: where what follows a capture stands at an earlier place, the characters between the two places are all
of those that a capture takes, so the next capture can have them (if what follows holds any other character, the capture
cannot run over it, and there is only one place). So each piece is found by `str.find` and one look at how far a run of
such characters goes, from the left where it begins the text and from the right where it ends it. A piece between two
stars may begin at several places, but where it fails at one, it also fails wherever its first capture would begin later
in the same run of characters: each try is about another run. After `TRIES` of them the text counts as not matching.

A capture takes as little as it can beside other text, and all that there is beside a star.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

SLUG: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
"""The characters that a capture takes."""

TRIES: Final = 32
"""Places at which a piece with captures between two stars may begin."""

_RUN: Final = re.compile(r"[A-Za-z0-9._-]+")
_CAPTURE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})

Span = tuple[int, int]
Found = tuple[list[Span], int]
"""Where the captures of a piece stand, and where the piece ends."""


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

    def capture(self, text: str) -> Mapping[str, str] | None:
        """Nothing, where the whole of `text` has this pattern; None where it has not."""
        return _NOTHING if self.matches(text) else None


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands between two stars: texts with one capture between each two of them."""

    texts: tuple[str, ...]
    names: tuple[str, ...]

    def at(self, text: str, start: int, end: int) -> Found | None:
        """The piece where it begins at `start`, each capture as short as it can be."""
        if not text.startswith(self.texts[0], start, end):
            return None
        at = start + len(self.texts[0])
        spans: list[Span] = []
        for after in self.texts[1:]:
            run = min(_run(text, at), end)
            stop = text.find(after, at + 1, min(run + len(after), end)) if after else run
            if stop <= at:
                return None
            spans.append((at, stop))
            at = stop + len(after)
        return spans, at

    def whole(self, text: str) -> list[Span] | None:
        """The captures where the piece is the whole text."""
        end = len(text) - len(self.texts[-1])
        if not self.names or end < 0 or not text.endswith(self.texts[-1]):
            return [] if self.texts == (text,) else None
        found = Piece(self.texts[:-1], self.names[:-1]).at(text, 0, end)
        if found is None or not found[1] < end <= _run(text, found[1]):
            return None
        return [*found[0], (found[1], end)]

    def after(self, text: str, start: int, end: int) -> Found | None:
        """The piece at the first place from `start` on."""
        for _ in range(TRIES):
            at = self._begin(text, start, end)
            found = self.at(text, at, end) if at >= 0 else None
            if found is not None or at < 0:
                return found
            start = self._later(text, at)
        return None

    def _begin(self, text: str, start: int, end: int) -> int:
        if self.texts[0] or not self.names:
            return text.find(self.texts[0], start, end)
        found = _RUN.search(text, start, end)
        return found.start() if found else -1

    def _later(self, text: str, at: int) -> int:
        """The next place where it may begin: the first capture could have begun at any that lies before."""
        first = at + len(self.texts[0])
        return max(at + 1, _run(text, first) - len(self.texts[0]) + 1)

    def turned(self) -> Piece:
        """The same from right to left."""
        return Piece(tuple(each[::-1] for each in reversed(self.texts)), self.names[::-1])


@dataclass(frozen=True, slots=True)
class Route:
    """A pattern with captures."""

    written: str
    names: tuple[str, ...]  # of the captures, in order
    pieces: tuple[Piece, ...]  # one where there is no star
    tail: Piece  # the last piece, turned

    def matches(self, text: str) -> bool:
        """Whether the whole of `text` has this pattern; linear in its length."""
        return self.capture(text) is not None

    def capture(self, text: str) -> Mapping[str, str] | None:
        """What the captures hold, by their names; None where `text` does not have this pattern."""
        spans = self.pieces[0].whole(text) if len(self.pieces) == 1 else self._spans(text)
        if spans is None:
            return None
        return {name: text[start:stop] for name, (start, stop) in zip(self.names, spans, strict=True)}

    def _spans(self, text: str) -> list[Span] | None:
        """The captures of a pattern with stars: those of the head, of the tail, and of what is between them."""
        size = len(text)
        head, tail = self.pieces[0].at(text, 0, size), self.tail.at(text[::-1], 0, size)
        if head is None or tail is None or head[1] > size - tail[1]:
            return None
        spans, at, end = head[0], head[1], size - tail[1]
        for piece in self.pieces[1:-1]:
            found = piece.after(text, at, end)
            if found is None:
                return None
            spans, at = spans + found[0], found[1]
        return [*spans, *((size - stop, size - start) for start, stop in reversed(tail[0]))]


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
    head, *rest = (_piece(each) for each in written.split("*"))
    between = [piece for piece in rest[:-1] if piece.texts != ("",)]
    pieces = (head, *between, *rest[-1:])
    return Route(written, captures(written), pieces, pieces[-1].turned())


def _piece(written: str) -> Piece:
    items = _CAPTURE.split(written)
    return Piece(tuple(items[0::2]), tuple(items[1::2]))


def _run(text: str, at: int) -> int:
    """Where the characters of a capture end that begin at `at`."""
    found = _RUN.match(text, at)
    return found.end() if found else at
