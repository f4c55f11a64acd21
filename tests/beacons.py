"""A measured site, pages of it as if visitors had them open, and what they send."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from edge.beacon.page import Pages, Row
from edge.settings.secret import keys_of
from tests.wire import Served, get

RULE: Final = """
experience: hero
purpose: content
where: "*"
slot: "#hero"
variants: {classic: original, phone: {text: Phone}}
choose: [{split: {classic: 50, phone: 50}}]
goal: click "#hero a"
not_worse: [lcp]
"""
ROW: Final[Row] = ("hero", "phone", "personal", "split", 1, "", [], "", 0.5, 600.0)
GOAL: Final = 'click "#hero a"'


def page(folder: Path, *rows: Row) -> str:
    """The token of a page that the edge with its store in that folder has just made."""
    return Pages(keys_of(folder / "windsock.secret")).seal(rows or [ROW], time.time())


def beacon(token: str, event: str = "exposure", **more: Any) -> bytes:
    """A beacon's body."""
    return json.dumps({"token": token, "event": event, **more}).encode()


def post(edge: Served, body: bytes, *fields: str) -> int:
    """Send a beacon; the status."""
    return get(edge.port, "/_windsock/beacon", *fields, method="POST", body=body)[0]


def rows(folder: Path, table: str) -> list[tuple[Any, ...]]:
    """What stands in a table of the event log."""
    with closing(sqlite3.connect(folder / "windsock.db", 5)) as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()
