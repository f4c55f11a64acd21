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
from threading import Lock
from typing import Any, Final

import maxminddb
from cachetools import LRUCache

from edge.signals import geofile
from edge.signals.address import packed, private, written
from edge.signals.place import NOWHERE, Place, place

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
        self._seen: LRUCache[int, Place] = LRUCache(REMEMBERED)
        self._lock = Lock()  # an LRUCache is corrupted when two threads reorder it; held for a look-up only

    def find(self, address: str) -> Place:
        key = hash(address)
        with self._lock:
            found = self._seen.get(key)
        if found is None:
            found = self._looked_up(address)
            with self._lock:
                self._seen[key] = found
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


def facts(record: object) -> dict[str, object]:
    """What a record of a GeoIP2, GeoLite2 or DB-IP database says, as `place` takes it. Total over all records."""
    return {
        "country": _at(record, "country", "iso_code"),
        "region": _at(record, "subdivisions", 0, "iso_code"),
        "city": _at(record, "city", "names", "en"),
        "continent": _at(record, "continent", "code"),
        "timezone": _at(record, "location", "time_zone"),
        "latitude": _at(record, "location", "latitude"),
        "longitude": _at(record, "location", "longitude"),
    }


def _at(value: Any, *way: str | int) -> object:
    try:
        for step in way:
            value = value[step]
    except (KeyError, IndexError, TypeError):
        return None
    return value


def _reader(document: Document) -> maxminddb.Reader:
    """The shared copy; a copy of our own where another process's cannot be opened."""
    try:
        return maxminddb.open_database(document["path"])
    except OSError:
        with geofile.sealed(Path(document["source"])) as copy:
            return maxminddb.open_database(copy.path)
