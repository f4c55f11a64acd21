"""Writes batches into the file of the event log, and goes on after whatever befalls it: a full disk, a file that is
damaged, replaced or gone. While nothing can be written the log says so once a minute, and each batch is refused.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Final

import orjson

from edge.events.database import Durability, connect
from edge.events.values import Exposure, Outcome

_log = logging.getLogger("windsock")

LATEST: Final = 5.0
"""Seconds from a row's coming to its transaction."""
_PAUSE: Final = 1.0
"""Seconds until a file that has failed is tried again."""
_SAY: Final = 60.0
"""Seconds from one line about that to the next."""

_AT_ONCE: Final = 100
"""Rows of one statement."""

Rows = Sequence[Exposure] | Sequence[Outcome]
"""Rows of one kind, that came together."""
Write = Callable[[sqlite3.Connection], int]
"""Writes something else within a transaction; gives 0."""


class Pen:
    """Of one thread; `problem` is why nothing can be written at the moment, or empty."""

    def __init__(self, file: Path, durability: Durability) -> None:
        self.problem = ""
        self._file, self._durability = file, durability
        self._connection: sqlite3.Connection | None = None
        self._which = (0, 0)
        self._again = 0.0  # monotonic; not before then
        self._said = -_SAY

    def ready(self) -> bool:
        """Whether it is worth to try; may be asked from any thread."""
        return time.monotonic() >= self._again

    def write(self, batch: Sequence[Rows | Write], since: Sequence[float]) -> Sequence[int | None]:
        """Write these in one transaction, and say how many rows of each are new; None for all where that failed.

        `since` is when each came (monotonic); what came too long ago is left out, and gives None.
        """
        if not self.ready():
            return [None] * len(batch)
        try:
            return self._write(batch, since)
        except Exception as error:  # whatever it is, pages go on, and so does this thread
            self._fails(error)
            return [None] * len(batch)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _write(self, batch: Sequence[Rows | Write], since: Sequence[float]) -> Sequence[int | None]:
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        oldest = time.monotonic() - LATEST
        timely = [what if at >= oldest else None for what, at in zip(batch, since, strict=True)]
        given = _all(timely, connection)
        connection.execute("COMMIT")
        if self.problem:
            _log.info("the event log %s is written again", self._file)
        self.problem = ""
        return given

    def _connected(self) -> sqlite3.Connection:
        """The file that has the name now: what goes into one that was taken away is lost."""
        if self._connection is not None and self._which != self._identity():
            self.close()
        if self._connection is None:
            self._connection = connect(self._file, self._durability)
            self._which = self._identity()
        return self._connection

    def _identity(self) -> tuple[int, int]:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            return (0, 0)
        return found.st_dev, found.st_ino

    def _fails(self, error: Exception) -> None:
        self.problem = str(error) or type(error).__name__
        self._again = time.monotonic() + _PAUSE
        self.close()  # with that, what was begun is undone
        if time.monotonic() - self._said >= _SAY:
            self._said = time.monotonic()
            _log.error(
                "the event log %s cannot be written (%s); pages go on, beacons are refused until it can",
                self._file,
                self.problem,
            )


def _all(batch: Sequence[Rows | Write | None], connection: sqlite3.Connection) -> list[int | None]:
    """Write a batch within a transaction; how many rows of each are new.

    As a rule all of them are, and then they are written at once. Where some are not, it is undone and each is asked.
    """
    several = [each for each in batch if each is not None and not callable(each)]
    rows = [row for each in several for row in each]
    connection.execute("SAVEPOINT rows")
    if insert(rows, connection) == len(rows):
        new = [len(each) for each in several]
    else:
        connection.execute("ROLLBACK TO rows")
        new = [insert(each, connection) for each in several]
    numbers = iter(new)
    return [None if each is None else each(connection) if callable(each) else next(numbers) for each in batch]


def insert(rows: Sequence[Exposure | Outcome], connection: sqlite3.Connection) -> int:
    """Write rows within a transaction; how many of them were not there yet."""
    exposures = [_values(row) for row in rows if type(row) is Exposure]
    outcomes = [row for row in rows if type(row) is Outcome]
    return _insert(_EXPOSURE, exposures, connection) + _insert(_OUTCOME, outcomes, connection)


def _insert(begin: str, rows: Sequence[Sequence[object]], connection: sqlite3.Connection) -> int:
    """Many rows with one statement: after each the thread would wait for its turn anew."""
    new = 0
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        marks = f"({','.join('?' * len(some[0]))})"
        statement = f"{begin} VALUES {','.join([marks] * len(some))} ON CONFLICT DO NOTHING"
        new += connection.execute(statement, [*chain.from_iterable(some)]).rowcount
    return new


def _values(row: Exposure) -> tuple[object, ...]:
    return (*row[:_CELL], orjson.dumps(row.cell).decode(), *row[_CELL + 1 :])


_CELL: Final = Exposure._fields.index("cell")


_EXPOSURE: Final = """
INSERT INTO exposures
    (decision, experience, variant, side, reason, rule, model, cell, snapshot, p, window, issued, at)"""
_OUTCOME: Final = "INSERT INTO outcomes (decision, event, goal, value, at)"
