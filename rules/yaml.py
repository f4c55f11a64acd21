"""YAML text to plain data, with the line and column of every key and value.

The parser is ruamel's; what its events mean is decided here, since rule files are written by people and come from
anywhere:

- The core schema of YAML 1.2, so that `NO` is Norway, `on` a word and `17:30` a time. A number is a number only where
  it could be written back as it stands: `007` and `1.50` keep their text. Keys are always text.
- One document, without anchors, aliases, tags and directives: nothing stands for something else, so nothing explodes.
- Bounded size, depth and number of values, and no recursion: the events are read one by one.

Whatever the text is, the result is a value: a tree, or a problem with its line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from rules.askew import without_colon
from rules.events import events
from rules.problem import Place, Problem
from rules.trap import explain
from rules.unseen import unseen

LARGEST: Final = 1024 * 1024
"""Characters of a file."""

LONGEST_LINE: Final = 100_000
"""Characters of a line; the parser is slow on some that are longer."""

DEEPEST: Final = 64
"""Lists and mappings inside each other."""

MOST: Final = 100_000
"""Keys and values of a file."""

MOST_PROBLEMS: Final = 20
"""After so many the rest of a file is not read."""

Mark = tuple[int, int]
"""Line and column, from 1."""


@dataclass(frozen=True, slots=True)
class Tree:
    """What a file says. `data` is None where it says nothing, or where it could not be read to its end."""

    data: object
    values: Mapping[Place, Mark]  # where each value begins
    keys: Mapping[Place, Mark]  # where each key begins
    problems: tuple[Problem, ...] = ()

    def mark(self, path: Place, *, key: bool = False) -> Mark:
        """Where a value (or its key) begins; what is not in the file is looked for where it would belong."""
        if key and path in self.keys:
            return self.keys[path]
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, (1, 1))


def read(file: str, text: str) -> Tree:
    """The tree of a rule file; `file` is its name in problems."""
    reading = _Reading(file, text)
    try:
        _check_size(text)
        for event in events(text):
            reading.take(event)
    except _StopError as stop:
        return _broken(file, stop.mark, stop.message, stop.hint)
    except MarkedYAMLError as error:
        at, began = _mark(error.problem_mark), _mark(error.context_mark or error.problem_mark)
        return _broken(file, *explain(text, at, began, str(error.problem or error.context)))
    except ReaderError as error:
        at = min(error.position, len(text) - 1)
        message = f"the character U+{ord(text[at]):04X} may not stand in a file"
        return _broken(file, _mark_of(text, at), message, "delete it")
    except Exception:  # the parser has met hostile text: whatever it raises, this file cannot be read
        return _broken(file, reading.last, "this cannot be read as YAML", "compare it with rules/README.md")
    return reading.tree()


def _check_size(text: str) -> None:
    if len(text) > LARGEST:
        raise _StopError((1, 1), f"the file is larger than {LARGEST:,} characters", "split it into several files")
    longest = max(text.splitlines(), key=len, default="")
    if len(longest) > LONGEST_LINE:
        at = _mark_of(text, text.index(longest))
        message = f"the line is longer than {LONGEST_LINE:,} characters"
        raise _StopError(at, message, "break it, or put the markup into a file of its own: {file: NAME}")


def _mark_of(text: str, position: int) -> Mark:
    line_start = text.rfind("\n", 0, position) + 1
    return text.count("\n", 0, position) + 1, position - line_start + 1


def _mark(mark: Any) -> Mark:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


class _StopError(Exception):
    """Something after which reading on makes no sense."""

    def __init__(self, mark: Mark, message: str, hint: str) -> None:
        self.mark, self.message, self.hint = mark, message, hint


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being read."""

    into: list[object] | dict[str, object]
    path: Place
    key: str | None = None  # of the value that comes next, in a mapping


@dataclass(slots=True)
class _Reading:
    """The state between two events."""

    file: str
    text: str
    data: object = None
    documents: int = 0
    last: Mark = (1, 1)
    open: list[_Open] = field(default_factory=list)
    values: dict[Place, Mark] = field(default_factory=dict)
    keys: dict[Place, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def tree(self) -> Tree:
        return Tree(self.data, self.values, self.keys, tuple(self.problems))

    def take(self, event: Any) -> None:
        """One event of the parser."""
        self.last = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, NodeEvent):
            self._check(event)
        if isinstance(event, ScalarEvent):
            self._scalar(event)
        elif isinstance(event, MappingStartEvent):
            self._begin({})
        elif isinstance(event, SequenceStartEvent):
            self._begin([])
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.open.pop()
        elif isinstance(event, DocumentStartEvent):
            self._document(event)

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            raise _StopError(self.last, "a second document begins here", "write one experience per file")
        if event.version or event.tags:
            raise _StopError(self.last, "a line that begins with `%` is not available here", "delete it")

    def _check(self, event: Any) -> None:
        if isinstance(event, AliasEvent):
            hint = f'for a star put quotes round it: "*{event.anchor[:40]}"; otherwise write the value out'
            raise _StopError(
                self.last, f"`*{event.anchor[:40]}` refers to another value, which is not available here", hint
            )
        if event.anchor:
            hint = f'for a text put quotes round it: "&{event.anchor[:40]} …"'
            raise _StopError(self.last, f"`&{event.anchor[:40]}` names a value, which is not available here", hint)
        if getattr(event, "tag", None) is not None:
            hint = "delete the tag; for a text that begins with `!` put quotes round it"
            raise _StopError(self.last, f"`{str(event.tag)[:40]}` is a tag, which is not available here", hint)
        if len(self.values) + len(self.keys) > MOST:
            raise _StopError(self.last, f"the file holds more than {MOST:,} values", "split it into several files")

    def _scalar(self, event: Any) -> None:
        inside = self.open[-1] if self.open else None
        text = self._text(str(event.value))
        if inside is not None and isinstance(inside.into, dict) and inside.key is None:
            self._refuse(unseen(text) or (None if event.style else without_colon(text)))
            self._key(inside, text)
        else:
            self._refuse(unseen(text, (*inside.path, inside.key)) if inside is not None else None)
            self._put(_value(text) if event.style in (None, "") else text)

    def _refuse(self, told: tuple[str, str] | None) -> None:
        if told is not None:
            raise _StopError(self.last, *told)

    def _text(self, written: str) -> str:
        """Escapes as JSON writes them may hold a character in two halves; half of one is none."""
        if written.isascii():
            return written
        try:
            return written.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            message = "an escape stands for half of a character"
            raise _StopError(self.last, message, "write the character itself") from None

    def _key(self, inside: _Open, key: str) -> None:
        path = (*inside.path, key)
        if path in self.keys:
            message = f"`{key}` stands here twice; the first is in line {self.keys[path][0]}"
            self.problems.append(Problem(self.file, *self.last, "error", message, "keep one of them"))
            if len(self.problems) >= MOST_PROBLEMS:
                raise _StopError(self.last, "too many keys stand twice", "is this the right file?")
        self.keys[path] = self.last
        inside.key = key

    def _put(self, value: object) -> Place:
        """Store a value where it belongs, and give its path."""
        path: Place = ()
        if self.open:
            path = self._put_inside(self.open[-1], value)
        else:
            self.data = value
        self.values[path] = self.last
        return path

    def _put_inside(self, inside: _Open, value: object) -> Place:
        if isinstance(inside.into, list):
            inside.into.append(value)
            return (*inside.path, len(inside.into) - 1)
        if inside.key is None:
            raise _StopError(self.last, "a key must be a word, not a list or a mapping", "put quotes round it")
        key, inside.key = inside.key, None
        inside.into[key] = value
        return (*inside.path, key)

    def _begin(self, into: list[object] | dict[str, object]) -> None:
        if len(self.open) >= DEEPEST:
            raise _StopError(self.last, f"lists and mappings are nested more than {DEEPEST} deep", "write it flatter")
        self.open.append(_Open(into, self._put(into)))


_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_FLAGS: Final = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})\.[0-9]{1,15}")


def _value(text: str) -> object:
    """What a plain scalar stands for in the core schema of YAML 1.2, section 10.3; text where in doubt."""
    if text in _NULL:
        return None
    if text in _FLAGS:
        return _FLAGS[text]
    if _WHOLE.fullmatch(text) and text != "-0":
        return int(text)
    if _DECIMAL.fullmatch(text) and repr(float(text)) == text:
        return float(text)
    return text


def _broken(file: str, at: Mark, message: str, hint: str) -> Tree:
    return Tree(None, {}, {}, (Problem(file, *at, "error", message, hint),))
