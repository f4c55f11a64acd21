r"""The events of a YAML text, as ruamel's parser gives them, in little more than half its time.

The parser is ruamel's and stays so: its states, its tokens, its errors and their places. It is written to be understood
and asks each of its questions many times over, character by character. Here the few methods that cost most give the
same answer at once: a run of characters of one kind is found by one expression, and the state of the scanner is looked
at again only after a token was taken from it. What is not plain (a line break other than `\n`, a byte order mark, a
scalar over several lines) goes the way it went. The tests compare the events of both, and their errors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import StringMark
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner
from ruamel.yaml.tokens import ScalarToken

_ENDS: Final = r"\0 \t\r\n\x85\u2028\u2029"
_BREAKS: Final = frozenset("\r\n\x85\u2028\u2029")
_ODD: Final = re.compile("[\r\n\ufeff]")
"""What moves the column in another way than by one."""

_BLOCK: Final = re.compile(rf"(?:[^{_ENDS}:]|:(?![{_ENDS}]))*")
_FLOW: Final = re.compile(rf"(?:[^{_ENDS}:,\[\]{{}}]|:(?![{_ENDS}]))*")
"""A run of characters of a plain scalar."""

_SPACES: Final = re.compile(" *")
_AHEAD: Final = re.compile(r"(?:\n *)*\n( *)")
_LINES: Final = re.compile(r"(?: *(?:#[^\0\r\n\x85\u2028\u2029]*)?\n)+")
"""Lines that hold nothing, or a comment."""


def events(text: str) -> Iterator[Any]:
    """The events of a text, one by one. Raises ruamel's errors with their marks."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Reader, yaml.Scanner, yaml.Parser = _Reader, _Scanner, _Parser
    return yaml.parse(text)  # type: ignore[no-any-return]


class _Reader(Reader):
    def forward(self, length: int = 1) -> None:
        end = self.pointer + length
        if end + 1 >= len(self.buffer) or _ODD.search(self.buffer, self.pointer, end):
            super().forward(length)
            return
        self.pointer = end
        self.index += length
        self.column += length

    _mark: StringMark | None = None

    def get_mark(self) -> StringMark:
        """Where it stands; the same mark as long as it stands there."""
        mark = self._mark
        if mark is None or mark.pointer != self.pointer:
            mark = StringMark(self.name, self.index, self.line, self.column, self.buffer, self.pointer)
            self._mark = mark
        return mark

    def skip(self, text: str) -> None:
        """Go on behind some lines, which end here."""
        self.pointer += len(text)
        self.index += len(text)
        self.line += text.count("\n")
        self.column = 0


class _Scanner(Scanner):
    reader: Any = None
    _known = False  # nothing was taken since the next token was found

    def __init__(self, loader: Any) -> None:
        self.reader = loader.reader
        super().__init__(loader)

    def check_token(self, *choices: Any) -> bool:
        if not self._known:
            self._find()
        return bool(self.tokens) and (not choices or isinstance(self.tokens[0], choices))

    def peek_token(self) -> Any:
        if not self._known:
            self._find()
        return self.tokens[0] if self.tokens else None

    def get_token(self) -> Any:
        if not self._known:
            self._find()
        self._known = False
        if not self.tokens:
            return None
        self.tokens_taken += 1
        return self.tokens.pop(0)

    def _find(self) -> None:
        while self.need_more_tokens():
            self.fetch_more_tokens()
        self._known = True

    def stale_possible_simple_keys(self) -> None:
        if self.possible_simple_keys:
            super().stale_possible_simple_keys()

    def scan_to_next_token(self) -> Any:
        reader = self.reader
        lines = _LINES.match(reader.buffer, reader.pointer) if reader.index or reader.peek() != "\ufeff" else None
        if lines is not None:
            reader.skip(lines[0])
            if not self.flow_context:
                self.allow_simple_key = True
        spaces = _SPACES.match(reader.buffer, reader.pointer)
        if spaces is not None and spaces.end() > reader.pointer:
            reader.forward(spaces.end() - reader.pointer)
        if reader.peek() in "#\t\r\n\x85\u2028\u2029\ufeff":
            return super().scan_to_next_token()
        return None

    def scan_plain(self) -> Any:
        """In one line; over several lines it goes on as ruamel does."""
        reader = self.reader
        run = (_FLOW if self.flow_context else _BLOCK).match(reader.buffer, reader.pointer)
        start, end = reader.pointer, run.end() if run else reader.pointer
        words = self._words(start, end)
        if words is None:
            return super().scan_plain()
        start_mark = reader.get_mark()
        reader.forward(words - start)
        self.allow_simple_key = False
        return ScalarToken(reader.buffer[start:words], True, start_mark, reader.get_mark())

    def _words(self, start: int, end: int) -> int | None:
        """Where a plain scalar of this line ends; None where it may go on in the next, or where something is odd."""
        buffer, pattern = self.reader.buffer, _FLOW if self.flow_context else _BLOCK
        if end == start or buffer[start] == "#":
            return None
        while True:
            spaces = _SPACES.match(buffer, end)
            behind = spaces.end() if spaces else end
            if self._stops(buffer, behind, spaced=behind > end):
                return end
            run = pattern.match(buffer, behind) if behind > end else None
            if run is None or run.end() == behind:
                return None
            end = run.end()

    def _stops(self, buffer: str, at: int, spaced: bool) -> bool:
        """Whether a plain scalar surely ends before this character, and on this line."""
        character = buffer[at]
        if character == "#" and spaced:
            return True
        if character == ":":
            return buffer[at + 1] in "\0 \t\r\n\x85\u2028\u2029"
        if self.flow_context:
            return character in ",[]{}"
        return character == "\n" and not self.possible_simple_keys and self._ends_with_its_line(buffer, at)

    def _ends_with_its_line(self, buffer: str, at: int) -> bool:
        """Whether the next line that holds something is not indented further than the key of this one."""
        ahead = _AHEAD.match(buffer, at)
        if ahead is None:
            return False
        character = buffer[ahead.end()]
        return character in "#\0" or (len(ahead[1]) <= self.indent and character not in "\t\r\x85\u2028\u2029\ufeff")


class _Parser(Parser):
    scanner: Any = None
    resolver: Any = None

    def __init__(self, loader: Any) -> None:
        self.scanner, self.resolver = loader.scanner, loader.resolver
        super().__init__(loader)
