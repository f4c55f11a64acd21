"""Where a text opens quotes, or a bracket, that the same line was meant to close.

Quotes that are left open run on to the next ones, perhaps many lines below, and a parser stumbles there. Here the lines
are read as far as quotes and brackets go: a value may begin with quotes, an apostrophe within a word opens none, and
quotes that are closed at the end of a value are fine, also some lines below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from rules.outline import Line
from rules.stop import Mark


@dataclass(frozen=True, slots=True)
class Opened:
    """What begins a value and goes wrong there: quotes without an end, quotes that end too early, or a comment."""

    at: Mark
    kind: Literal["open", "early", "comment"]
    text: str  # from there to the end of the line
    length: int = 0  # of what stands within quotes that end too early, with them


@dataclass(slots=True)
class _Reading:
    lines: Sequence[str]
    depth: int = 0  # brackets that are open
    until: Mark = (0, 0)  # quotes that go on over several lines end here

    def line(self, number: int) -> Opened | None:
        """Read one line; the first thing in it that goes wrong."""
        line = self.lines[number - 1]
        at, value = (self.until[1], False) if number == self.until[0] else (0, True)
        while at < len(line):
            begins = _VALUE.match(line, at) if value else None
            if begins and begins["bracket"]:
                self.depth, at = self.depth + 1, begins.end()
            elif begins and begins["quote"]:
                told = self._quoted(number, begins.start("quote"))
                if isinstance(told, Opened) or told[0] != number:
                    return told if isinstance(told, Opened) else None
                at, value = told[1], False
            elif begins and begins["comment"] and self.depth:
                return Opened((number, begins.start("comment") + 1), "comment", line[begins.start("comment") :])
            else:
                at, value = self._plain(line, begins.end() if begins else at)
        return None

    def _plain(self, line: str, at: int) -> tuple[int, bool]:
        """On to behind the end of a word, and whether a value may begin there."""
        found = (_FLOW if self.depth else _BLOCK).match(line, at)
        end = found.end() if found else at
        sign = line[end : end + 1]
        if sign == "#":
            return len(line), False
        if sign in ("]", "}"):
            self.depth -= 1
        return end + 1, sign in (":", ",")

    def _quoted(self, number: int, at: int) -> Opened | Mark:
        """Where the quotes at this place end, or what is wrong with them."""
        line = self.lines[number - 1]
        if found := _QUOTED.match(line, at):
            if _BEHIND.match(line, found.end()):
                return number, found.end()
            return Opened((number, at + 1), "early", line[at:], found.end() - at)
        for below in range(number + 1, len(self.lines) + 1):
            end = self.lines[below - 1].find(line[at])
            if end >= 0 and _BEHIND.match(self.lines[below - 1], end + 1):
                self.until = (below, end + 1)
                return self.until
            if end >= 0:
                break
        return Opened((number, at + 1), "open", line[at:])


def opened(lines: Sequence[str], outlined: Iterable[Line]) -> Iterator[Opened]:
    """Everything of that kind, from top to bottom; behind quotes that are left open nothing more can be said."""
    reading = _Reading(lines)
    for line in outlined:
        if line.number < reading.until[0]:
            continue
        found = reading.line(line.number)
        if found is not None:
            yield found
            if found.kind == "open":
                return


_VALUE: Final = re.compile(r"""\s*(?:-\s+)*(?:(?P<bracket>[\[{])|(?P<quote>["'])|(?P<comment>\#[\w-]+))?""")
_QUOTED: Final = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^']|'')*'""")
_BEHIND: Final = re.compile(r"\s*(?:[,\]}]|:(?:\s|$)|$|\s#)")
_BLOCK: Final = re.compile(r"(?:[^\s:]|:(?=\S)|\s(?!#))*\s?")
_FLOW: Final = re.compile(r"(?:[^\s:,\[\]{}]|:(?=[^\s,\[\]{}])|\s(?!#))*\s?")
