"""The lines of a text that was meant as YAML, as somebody who skims them sees them: how far each begins to the right.

A parser notices that lines do not fit each other when it meets the second of them, and the second is often right. So
the lines are looked at once more, without any parsing: keys and entries with their indentation, and the blocks of text
that hang below a `|`. Of two lines that do not fit, the odd one is the one whose like is rarer in the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rules.stop import line_of


@dataclass(slots=True)
class Line:
    """A line with a key or an entry, and the block of text below it, if it has one."""

    number: int  # from 1
    indent: int  # spaces before it
    first: int  # spaces before its first word, which in an entry stands behind the dash
    text: str  # without its indentation
    holds: bool  # a `|` or `>` at its end: text follows
    block: list[tuple[int, int]] = field(default_factory=list)  # line and indentation of that text

    @property
    def entry(self) -> bool:
        """Whether it begins an entry of a list."""
        return self.text.startswith("- ")


def outline(lines: Sequence[str]) -> list[Line]:
    """The lines that hold something: neither empty ones nor comments."""
    found: list[Line] = []
    for number in range(1, len(lines) + 1):
        line = line_of(lines, number)
        text = line.strip(" ")
        indent = len(line) - len(line.lstrip(" "))
        last = found[-1] if found else None
        if not text:
            continue
        if last is not None and last.holds and indent > last.indent and _within(last, indent):
            last.block.append((number, indent))
        elif not text.startswith("#"):
            dashes = _DASHES.match(text)
            first = indent + (dashes.end() if dashes else 0)
            found.append(Line(number, indent, first, text, _HOLDS.search(text) is not None))
    return found


def _within(header: Line, indent: int) -> bool:
    """Whether a line that begins here still belongs to the text."""
    return not header.block or indent >= header.block[0][1]


def odd(lines: Sequence[Line], at: int) -> tuple[Line, tuple[int, ...]] | None:
    """Of the line at this position and the one that it must fit: the odd one, and how far it may be meant to begin."""
    here, other = lines[at], _opposite(lines, at)
    if other is None:
        return None
    begins = other.indent if here.entry == other.entry else other.first
    often = Counter(each for line in lines for each in {line.indent, line.first})
    ours, theirs = ((often[each], each % 2 == 0) for each in (here.indent, begins))
    if ours > theirs and other.indent != here.indent:
        return other, (max(0, other.indent + here.indent - begins),)
    return here, _meant(lines, at, begins)


def _opposite(lines: Sequence[Line], at: int) -> Line | None:
    """The line that decided how far lines like this one are indented."""
    here, found = lines[at], None
    for line in reversed(lines[:at]):
        if line.indent < here.indent or (line.indent == here.indent and line.entry and not here.entry):
            return found or line
        found = line if line.indent > here.indent else found
    return found


def _meant(lines: Sequence[Line], at: int, begins: int) -> tuple[int, ...]:
    """How far an odd line may be meant to begin: as what it is the next of, or as one of those that this belongs to."""
    here = lines[at]
    outer = next((line for line in reversed(lines[:at]) if line.indent < here.indent), None)
    if outer is None or outer.entry != here.entry or outer.indent == begins:
        return (begins,)
    return (outer.indent,) if here.entry else (outer.indent, begins)


_DASHES: Final = re.compile(r"(?:-\s+)+")
_HOLDS: Final = re.compile(r":\s+[|>][+-]?\d?\s*(#.*)?$")
