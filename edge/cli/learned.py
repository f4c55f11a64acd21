"""What an edge on this machine has learned, for a command that asks without it."""

from __future__ import annotations

import sqlite3
import sys

from edge.edition import Edition
from edge.errors import WindsockError
from edge.events.database import read_only
from edge.live.current import with_learned
from edge.run import events
from edge.settings import Settings
from online_models.snapshot import read


def with_learned_here(edition: Edition, settings: Settings, now: float, command: str) -> Edition:
    """The edition with the latest snapshot of this store, as an edge would decide by it; without one as it is.

    What cannot be read is named in one line, and done without.
    """
    file = events(settings)
    if file is None or not file.is_file():
        return edition
    try:
        connection = read_only(file)
        try:
            row = connection.execute("SELECT body FROM snapshots ORDER BY number DESC LIMIT 1").fetchone()
        finally:
            connection.close()
        return with_learned(edition, read(bytes(row[0])), now) if row else edition
    except (WindsockError, sqlite3.Error, ValueError) as error:
        print(f"windsock {command}: what was learned is left out: {error}", file=sys.stderr)
        return edition
