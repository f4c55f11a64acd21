"""The cell of a visitor: what one model hears of a context.

A cell has one text for each signal of the model. Words stay as they are; numbers come in bands, so that neighbours
learn from each other: degrees and wind 5 wide, others 10 wide, the hour and the month as they are. What a visitor could
make up without end is cut off at its length here, and at its rarity by the values that the snapshot keeps: any other
is `other`. How a cell is formed must not depend on anything else, since the draw is replayed from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rules.signals import UNKNOWN, Signals, Value

OTHER: Final = "other"
"""The values that are too rare to be learned from one by one."""

LONGEST: Final = 64
"""Characters of a value."""

Cell = tuple[str, ...]


def cell(asked: Sequence[str], signals: Signals, kept: Sequence[frozenset[str] | None] = ()) -> Cell:
    """A text for each signal that is asked for, in that order; `kept`: the values of each that are told apart.

    Where nothing is kept (None, or a shorter list) all are. `UNKNOWN` is always told apart.
    """
    values = raw(asked, signals)
    if not kept:
        return values
    told = [
        value if keep is None or value in keep or value == UNKNOWN else OTHER
        for value, keep in zip(values, kept, strict=False)
    ]
    return (*told, *values[len(told) :])


def raw(asked: Sequence[str], signals: Signals) -> Cell:
    """The same with all values told apart: what is counted, to know which to keep."""
    return tuple([_word(name, signals.get(name, UNKNOWN)) for name in asked])


def _word(name: str, value: Value) -> str:
    if isinstance(value, str):
        return value if len(value) <= LONGEST else OTHER
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _band(value, _WIDTHS.get(name.rpartition(".")[2], 10))


def _band(value: float, width: int) -> str:
    """`5..9` for 7.2, 5 wide; a width of 1 is the number itself."""
    if not -_FAR < value < _FAR:  # nor is it a number
        return OTHER
    low = int(value // width) * width
    return f"{low}..{low + width - 1}" if width > 1 else str(low)


_WIDTHS: Final = {"hour": 1, "month": 1, "temperature": 5, "feels_like": 5, "wind": 5}
_FAR: Final = 1e15
