"""The event log as plain rows, for other programs; the columns are in the README beside this file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import orjson

from edge.errors import WindsockError
from edge.events.database import read_only

_EXPOSURES: Final = """
SELECT 'exposure' AS kind, seq, decision, experience, variant, side, reason, rule, model, cell, snapshot, p, window,
    issued, at FROM exposures WHERE at >= :since ORDER BY seq"""
_OUTCOMES: Final = """
SELECT event AS kind, seq, decision, goal, value, at FROM outcomes WHERE at >= :since ORDER BY seq"""
_TALLIES: Final = """
SELECT 'decisions' AS kind, hour * 3600 AS at, experience, variant, side, reason, n FROM tallies
WHERE (hour + 1) * 3600 > :since ORDER BY hour, experience, variant, side, reason"""


def rows(file: Path, since: float = 0.0) -> Iterator[Mapping[str, Any]]:
    """What came since a moment (seconds since the epoch), also while an edge writes. Raises WindsockError."""
    with closing(read_only(file)) as connection:
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("BEGIN")  # all of one moment
            for question in (_EXPOSURES, _OUTCOMES, _TALLIES):
                for row in connection.execute(question, {"since": since}):
                    yield _plain(dict(row))
        except (sqlite3.Error, ValueError) as error:
            raise WindsockError(f"{file} cannot be read to its end ({error})") from None


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"cell": orjson.loads(row["cell"])} if "cell" in row else row
