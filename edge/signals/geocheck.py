"""Whether a file is a geo database that can answer: it is asked about several hundred networks that it says it knows.

A file can be cut, overwritten with zeros, or be something else with the right end. Its search tree may be whole while
what it points at is not, so each of those networks must have a record that can be read and says something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

import maxminddb

from edge.signals.leaves import leaves
from edge.signals.place import place
from edge.signals.record import facts

_MOST_VALUES: Final = 5_000
"""Values in what is said of one address."""
_NO_PLACES: Final = re.compile("ASN|ISP|Domain|Anonymous|Connection-Type|User-Count")
_SAMPLES: Final[tuple[IPv4Address | IPv6Address, ...]] = (
    *(IPv4Address(number << 26 | 0x01010101) for number in range(64)),
    *(IPv6Address((0x2001 + number << 112) + (number << 80)) for number in range(64)),
)
"""Addresses from everywhere: a whole database answers for each, if only that it does not know."""
_BROKEN: Final = (maxminddb.InvalidDatabaseError, ValueError, TypeError, OSError, MemoryError, KeyError)


class GeoFileError(Exception):
    """A file that cannot be used; the message completes the sentence "places.mmdb …"."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A database that answers."""

    type: str  # what it calls itself
    built: int  # when it was made, seconds since the epoch
    known: float  # the share of its networks whose country it knows, 0 to 1


def checked(path: str) -> Checked:
    """Look into the database at `path`. Raises GeoFileError."""
    try:
        with maxminddb.open_database(path) as reader:
            about = reader.metadata()
            for sample in _SAMPLES:
                if sample.version == 4 or about.ip_version == 6:
                    _weigh(reader.get(sample))
            found = [_country(reader.get(leaf)) for leaf in leaves(Path(path), about)]
    except _BROKEN:
        raise GeoFileError("is not a whole .mmdb database; fetch it anew") from None
    if _NO_PLACES.search(str(about.database_type)):
        raise GeoFileError(f"is {about.database_type}, which knows no places; give a City or Country database")
    known = sum(found) / len(found) if found else 0.0
    return Checked(str(about.database_type), int(about.build_epoch), known)


def _country(record: object) -> bool:
    """Whether the record of a known network tells a country. Raises GeoFileError for one that says nothing at all."""
    if not isinstance(record, dict) or not record:
        raise GeoFileError("is not a whole .mmdb database; fetch it anew")
    _weigh(record)
    return bool(place(facts(record)).country)


def _weigh(record: object) -> None:
    """Refuse records that take milliseconds to read: pointers let a small file say the same thing a million times.

    The library gives up at 65,536 values (a hundredth of a second); what describes a place has a few hundred.
    """
    values, rest = 0, [record]
    while rest:
        value = rest.pop()
        values += 1
        rest += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if values > _MOST_VALUES:
        raise GeoFileError("has records that are too large to be places; fetch it anew")
