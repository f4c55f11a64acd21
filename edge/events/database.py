"""The file of the event log, opened: one SQLite database in WAL mode that all processes of an edge share.

WAL lets the learner read while workers write. `full` syncs the log at each commit, so that what was committed is there
after a power cut; `normal` leaves that to the system, and survives the death of processes only.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Final, Literal

from edge.errors import WindsockError
from edge.events.schema import bring_up_to_date, check

Durability = Literal["normal", "full"]

PATIENCE: Final = 5.0
"""Seconds to wait while another process writes."""
_JOURNAL: Final = 64 * 1024 * 1024
"""Bytes of the write-ahead log that are kept once they have been carried over."""


def connect(file: Path, durability: Durability = "full") -> sqlite3.Connection:
    """The file, made where there is none; transactions are begun and ended by who uses it, in whichever thread.

    Raises WindsockError, in one line, for what is no event log or belongs to somebody else, and OSError or
    sqlite3.Error where the file cannot be opened at the moment.
    """
    if file.exists() and not file.is_file():
        raise WindsockError(f"{file} is no file; name one with store")
    connection = sqlite3.connect(file, PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        _in_wal_mode(connection)
        connection.execute(f"PRAGMA synchronous = {durability}")
        connection.execute(f"PRAGMA journal_size_limit = {_JOURNAL}")
        bring_up_to_date(connection, str(file))
    except BaseException:
        connection.close()
        raise
    return connection


def read_only(file: Path) -> sqlite3.Connection:
    """The file as it is, to read only. Raises WindsockError, in one line, where that cannot be."""
    if not file.is_file():
        raise WindsockError(f"there is no event log at {file}; name the store of the edge with --store")
    try:
        connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", PATIENCE, isolation_level=None, uri=True)
        try:
            check(connection, str(file))
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise WindsockError(f"{file} cannot be read as an event log ({error})") from None
    return connection


def _in_wal_mode(connection: sqlite3.Connection) -> None:
    """Another process that does the same at this very moment is waited for: SQLite itself does not wait here."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.02)
        else:
            return
