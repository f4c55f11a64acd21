"""The cell of a visitor: what one model hears of a context.

A cell has one text for each signal of the model. Words stay as they are; numbers come in bands, so that neighbours
learn from each other: degrees and wind 5 wide, others 10 wide, the hour and the month as they are. What a visitor could
make up without end is cut off at its length here, and at its rarity by the values that the snapshot keeps: any other
is `other`. How a cell is formed must not depend on anything else, since the draw is replayed from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from rules.signals import UNKNOWN, Signals, Value, invented

OTHER: Final = "other"
"""The values that are too rare to be learned from one by one."""

LONGEST: Final = 64
"""Characters of a value."""

Cell = tuple[str, ...]


def cell(asked: Sequence[str], signals: Signals, kept: Sequence[frozenset[str] | None] = ()) -> Cell:
    """A text for each signal that is asked for, in that order; `kept`: the values of each that are told apart.

    Where nothing is kept (None, or a shorter list) all are, but for what one visitor alone may have in an address: that
    must not get into a token or the log before it is known that several have it. `UNKNOWN` is always told apart.
    """
    values, keeps = raw(asked, signals), _keeps(tuple(asked), tuple(kept))
    if not keeps:
        return values
    told = zip(values, keeps, strict=True)
    return tuple([value if keep is None or value in keep or value == UNKNOWN else OTHER for value, keep in told])


@lru_cache(maxsize=1024)
def _keeps(asked: tuple[str, ...], kept: tuple[frozenset[str] | None, ...]) -> tuple[frozenset[str] | None, ...]:
    """For each signal the values that are told apart, None for all; empty where that is so for each."""
    pairs = zip_longest(asked, kept[: len(asked)])
    found = tuple(frozenset() if keep is None and invented(name) else keep for name, keep in pairs)
    return found if any(keep is not None for keep in found) else ()


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
