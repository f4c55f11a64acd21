"""What is wrong with a rules folder, where, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Place = tuple[str | int, ...]
"""A place inside one file: keys and positions in lists, from the outside in."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, for a person to read."""

    file: str  # relative to the rules folder; "" for the folder itself
    line: int  # from 1
    column: int  # from 1
    severity: Severity
    message: str  # what is wrong
    hint: str = ""  # what to do; may be empty

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}: " if self.file else ""
        return f"{where}{self.message}{f' ({self.hint})' if self.hint else ''}"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong at a place inside a file, before it is known on which line that is."""

    at: Place
    message: str
    hint: str = ""
    severity: Severity = "error"
    key: bool = False  # it is the key itself that is wrong, not its value

    def under(self, *path: str | int) -> Mistake:
        """The same, seen from further out."""
        return Mistake((*path, *self.at), self.message, self.hint, self.severity, self.key)


class ReadingError(ValueError):
    """Something written has no meaning: one mistake or several."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__("; ".join(f"{each.message}; {each.hint}" if each.hint else each.message for each in mistakes))
        self.mistakes = mistakes


def wrong(message: str, hint: str = "") -> ReadingError:
    """The error of one mistake: what is wrong, and what to do."""
    return ReadingError(Mistake((), message, hint))
