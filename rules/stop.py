"""Where a parser gave up, and what it said then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Mark = tuple[int, int]
"""Line and column, from 1."""

Told = tuple[Mark, str, str]
"""Where; message; hint."""

LONGEST: Final = 400
"""Characters of a line that are looked at."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a parser gave up."""

    lines: list[str]
    at: Mark
    began: Mark  # where the thing began that it was reading
    said: str

    @property
    def line(self) -> str:
        """The beginning of the line in which it gave up."""
        return line_of(self.lines, self.at[0])


def line_of(lines: Sequence[str], number: int) -> str:
    """The beginning of a line, counted from 1; empty where there is none."""
    return lines[number - 1][:LONGEST] if 0 < number <= len(lines) else ""
