"""The tables of the event log, by version: a file of before is brought up to date, one of a later Windsock is refused.

`application_id` tells our files from those of other programs, `user_version` tells the version. Each step of
`_STEPS` leads from one version to the next, in one transaction; a step that was released is never changed.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from edge.errors import WindsockError

APPLICATION: Final = 0x57_4E_44_53

_FIRST: Final = """
CREATE TABLE exposures (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, decision TEXT NOT NULL UNIQUE, experience TEXT NOT NULL,
    variant TEXT NOT NULL, side TEXT NOT NULL, reason TEXT NOT NULL, rule INTEGER, model TEXT NOT NULL,
    cell TEXT NOT NULL, snapshot TEXT NOT NULL, p REAL NOT NULL, window REAL NOT NULL, issued INTEGER NOT NULL,
    at REAL NOT NULL);
CREATE INDEX of_experience ON exposures (experience, seq);
CREATE TABLE outcomes (
    seq INTEGER PRIMARY KEY, decision TEXT NOT NULL, event TEXT NOT NULL, goal TEXT NOT NULL,
    value REAL NOT NULL, at REAL NOT NULL, UNIQUE (decision, event, goal));
CREATE TABLE tallies (
    hour INTEGER NOT NULL, experience TEXT NOT NULL, variant TEXT NOT NULL, side TEXT NOT NULL, reason TEXT NOT NULL,
    n INTEGER NOT NULL, PRIMARY KEY (hour, experience, variant, side, reason)) WITHOUT ROWID;
CREATE TABLE seen (
    day INTEGER NOT NULL, model TEXT NOT NULL, signal TEXT NOT NULL, value TEXT NOT NULL,
    n INTEGER NOT NULL, PRIMARY KEY (day, model, signal, value)) WITHOUT ROWID;
CREATE TABLE states (model TEXT PRIMARY KEY, seq INTEGER NOT NULL, state TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE snapshots (number INTEGER PRIMARY KEY, made REAL NOT NULL, body BLOB NOT NULL);
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL,
    details TEXT NOT NULL);
"""

_STEPS: Final = (_FIRST,)
VERSION: Final = len(_STEPS)


def bring_up_to_date(connection: sqlite3.Connection, name: str) -> None:
    """See that the tables are those of this version. Raises WindsockError for a file that is not for us."""
    if _version(connection, name) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")  # of several processes that start at once, one does it
    try:
        version = _version(connection, name)
        for statement in filter(str.strip, ";".join(_STEPS[version:]).split(";")):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def check(connection: sqlite3.Connection, name: str) -> None:
    """See that the tables can be read as they are. Raises WindsockError for a file that is not for us."""
    if _version(connection, name) < VERSION:
        raise WindsockError(f"{name} holds no events of this version; windsock serve brings it up to date")


def _version(connection: sqlite3.Connection, name: str) -> int:
    """The version of the tables; 0 of a file that is empty."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    owner: int = connection.execute("PRAGMA application_id").fetchone()[0]
    empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if owner != APPLICATION and not (empty and owner == version == 0):
        raise WindsockError(f"{name} belongs to another program; name another file with store")
    if version > VERSION:
        raise WindsockError(
            f"{name} was written by a later Windsock (version {version} of its tables, this one knows {VERSION}); "
            "update this one, or name another file with store"
        )
    return version
