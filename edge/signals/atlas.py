"""The geo database that answers now: from a visitor's address to a place.

A copy of the file, which `edge.signals.geofile` has made and sealed, is mapped into memory: one for all processes, and
nobody can shorten it under our feet. A new one is swapped in by one assignment, together with an empty memory of what
has been found. That memory is kept under the process's own hash of an address: an address itself is forgotten with
its request.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import maxminddb

from edge.signals import geofile
from edge.signals.address import packed, private, written
from edge.signals.place import NOWHERE, Place, place
from edge.signals.recent import Recent
from edge.signals.record import facts

_log = logging.getLogger("windsock")

REMEMBERED: Final = 4096
"""Addresses whose place is kept."""

Document = Mapping[str, Any]
"""A sealed copy, as `geofile.GeoFile` passes it on: `path`, `source`, `type`, `built`."""


class Atlas:
    """Knows where an address is; nothing is known until a database has been taken."""

    def __init__(self) -> None:
        self.about: Document | None = None  # the copy that answers
        self._opened: _Opened | None = None

    def take(self, document: Document) -> bool:
        """Answer from this copy from now on; False, with the old one in place, when it cannot be opened."""
        try:
            reader = _reader(document)
        except (OSError, ValueError, KeyError, TypeError, maxminddb.InvalidDatabaseError) as error:
            _log.warning("the geo database cannot be shared; places stay as they were", extra={"reason": repr(error)})
            return False
        self._opened, self.about = _Opened(reader), document
        return True

    def find(self, address: str) -> Place:
        """Where an address is. Private ones, and texts that are none, are nowhere. Never raises."""
        opened = self._opened
        return NOWHERE if opened is None else opened.find(address)


class _Opened:
    """One database, and what has been found in it."""

    def __init__(self, reader: maxminddb.Reader) -> None:
        self._reader = reader
        self._seen: Recent[int, Place] = Recent(REMEMBERED)

    def find(self, address: str) -> Place:
        key = hash(address)
        found = self._seen[key]
        if found is None:
            found = self._looked_up(address)
            self._seen.keep(key, found)
        return found

    def _looked_up(self, address: str) -> Place:
        ip = packed(address)
        if ip is None or private(ip):
            return NOWHERE
        try:
            record = self._reader.get(written(ip))
        except Exception:  # a damaged record, or IPv6 in a database without: it costs the place of its own visitors
            return NOWHERE
        return place(facts(record)) if record else NOWHERE


def _reader(document: Document) -> maxminddb.Reader:
    """The shared copy; a copy of our own where another process's cannot be opened."""
    try:
        return maxminddb.open_database(document["path"])
    except OSError:
        with geofile.sealed(Path(document["source"])) as copy:
            return maxminddb.open_database(copy.path)
