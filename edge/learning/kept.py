"""Which values of a signal a model tells apart: those that are seen often enough to learn anything of.

A value that is seen `OFTEN` times a day is kept; it is dropped again when it falls below half of that, so that one at
the edge does not come and go. Two days count, today and yesterday, whichever saw more of it. On the first day of a
signal all are kept until they are too many: there is no day yet to judge by.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

OFTEN: Final = 20
"""Times a day."""
_MOST: Final = 256
"""Values that are kept, the most frequent ones."""
_MANY: Final = 64
"""Values in the first day of a signal from which on they are judged."""

Kept = frozenset[str] | None
"""None: all."""


def kept(today: Mapping[str, int], yesterday: Mapping[str, int], before: Kept) -> Kept:
    """The values to tell apart from now on; `before`: those until now."""
    if not yesterday and before is None and len(today) <= _MANY:
        return None
    counts = {value: max(today.get(value, 0), yesterday.get(value, 0)) for value in {*today, *yesterday}}
    enough = [
        value for value, n in counts.items() if n >= OFTEN or (before is not None and value in before and 2 * n >= OFTEN)
    ]
    return frozenset(sorted(enough, key=lambda value: (-counts[value], value))[:_MOST])
