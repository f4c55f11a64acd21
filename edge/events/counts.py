"""What is only counted: decisions by side, and the values that signals have. Bounded in memory, written in batches.

A value of a signal may be something that one visitor has made up, such as a campaign in an address. So it is written
once it was met `SEVERAL` times in a day, and a signal has at most `VALUES` of them a day.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

SEVERAL: Final = 10
"""Times that this process must meet a value of a signal before it is written."""
VALUES: Final = 500
"""Values of a signal that are written for a model and a day."""
LONGEST: Final = 100
"""Characters of a value."""
_MOST: Final = 20_000
"""Different things that are counted at a time; further ones are not."""

Decided = tuple[int, str, str, str, str]
"""(hours since the epoch, experience, variant, side, reason)"""
Value = tuple[int, str, str, str]
"""(days since the epoch, model, signal, value)"""


class Counts:
    """What was counted since it was last taken."""

    def __init__(self) -> None:
        self._decided: Counter[Decided] = Counter()
        self._seen: Counter[Value] = Counter()
        self._rare: Counter[Value] = Counter()
        self._day = 0

    def __bool__(self) -> bool:
        return bool(self._decided or self._seen)

    def decided(self, what: Decided, n: int = 1) -> None:
        """So many decisions of that kind."""
        if what in self._decided or len(self._decided) < _MOST:
            self._decided[what] += n

    def seen(self, what: Value) -> None:
        """One visit with that value of a signal."""
        if what[0] != self._day:
            self._rare.clear()
            self._day = what[0]
        met = self._rare.get(what, 0) + 1
        if (met == 1 and len(self._rare) >= _MOST) or len(what[3]) > LONGEST:
            return
        self._rare[what] = met
        if met >= SEVERAL:
            self._seen[what] += SEVERAL if met == SEVERAL else 1

    def take(self) -> tuple[Mapping[Decided, int], Mapping[Value, int]]:
        """What there is to write; from now on it is counted anew."""
        taken = self._decided, self._seen
        self._decided, self._seen = Counter(), Counter()
        return taken

    def again(self, decided: Mapping[Decided, int], seen: Mapping[Value, int]) -> None:
        """Take back what could not be written."""
        for what, n in decided.items():
            self.decided(what, n)
        for value, n in seen.items():
            if value in self._seen or len(self._seen) < _MOST:
                self._seen[value] += n


def write(connection: sqlite3.Connection, decided: Mapping[Decided, int], seen: Mapping[Value, int]) -> int:
    """Add counts to those that stand in the file; within a transaction. None of them is a row of its own: 0."""
    connection.executemany(_ADD, [(*what, n) for what, n in decided.items()])
    new: dict[tuple[int, str, str], list[tuple[Value, int]]] = defaultdict(list)
    for what, n in seen.items():
        if not connection.execute(_ADD_VALUE, (n, *what)).rowcount:
            new[what[:3]].append((what, n))
    for signal, values in new.items():
        room = VALUES - int(connection.execute(_HOW_MANY, signal).fetchone()[0])
        connection.executemany("INSERT INTO seen VALUES (?, ?, ?, ?, ?)", _rows(values[: max(room, 0)]))
    return 0


def _rows(values: Iterable[tuple[Value, int]]) -> list[tuple[int, str, str, str, int]]:
    return [(*what, n) for what, n in values]


_ADD: Final = """
INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (hour, experience, variant, side, reason) DO UPDATE SET n = n + excluded.n"""
_ADD_VALUE: Final = "UPDATE seen SET n = n + ? WHERE day = ? AND model = ? AND signal = ? AND value = ?"
_HOW_MANY: Final = "SELECT count(*) FROM seen WHERE day = ? AND model = ? AND signal = ?"
