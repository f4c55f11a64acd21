"""Writes batches into the file of the event log, and goes on after whatever befalls it: a full disk, a file that is
damaged, replaced or gone. While nothing can be written the log says so once a minute, and each batch is refused.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
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

    def write(
        self, writes: Sequence[Callable[[sqlite3.Connection], int]], since: Sequence[float]
    ) -> Sequence[int | None]:
        """Do these in one transaction, and say what each gave; None for all where that failed.

        `since` is when each came (monotonic); what came too long ago is left out, and gives None.
        """
        if not self.ready():
            return [None] * len(writes)
        try:
            return self._write(writes, since)
        except Exception as error:  # whatever it is, pages go on, and so does this thread
            self._fails(error)
            return [None] * len(writes)

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = None

    def _write(
        self, writes: Sequence[Callable[[sqlite3.Connection], int]], since: Sequence[float]
    ) -> Sequence[int | None]:
        connection = self._connected()
        connection.execute("BEGIN IMMEDIATE")
        oldest = time.monotonic() - LATEST
        given = [write(connection) if at >= oldest else None for write, at in zip(writes, since, strict=True)]
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


def insert(rows: Sequence[Exposure] | Sequence[Outcome], connection: sqlite3.Connection) -> int:
    """Write rows of one kind within a transaction; how many of them were not there yet."""
    if rows and isinstance(rows[0], Exposure):
        return connection.executemany(_EXPOSURE, [_values(row) for row in rows if isinstance(row, Exposure)]).rowcount
    values = [(row.decision, row.event, row.goal, row.value, row.at) for row in rows if isinstance(row, Outcome)]
    return connection.executemany(_OUTCOME, values).rowcount


def _values(row: Exposure) -> tuple[object, ...]:
    return (
        *(row.decision, row.experience, row.variant, row.side, row.reason, row.rule, row.model),
        orjson.dumps(row.cell).decode(),
        *(row.snapshot, row.p, row.window, row.issued, row.at),
    )


_EXPOSURE: Final = """
INSERT INTO exposures
    (decision, experience, variant, side, reason, rule, model, cell, snapshot, p, window, issued, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"""
_OUTCOME: Final = """
INSERT INTO outcomes (decision, event, goal, value, at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"""
