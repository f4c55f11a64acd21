"""The geo database: whether it can be used, how old it is, what it knows, and what its licence asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import geoip2.database
import geoip2.errors

from edge.cli.checkup.finding import Finding
from edge.clock import Clock
from edge.settings import Settings
from edge.signals.geofile import Copy, sealed

_DAY: Final = 86_400
_OLD_DAYS: Final = 30
_SAMPLES: Final = tuple(IPv4Address(number << 24 | 0x00_40_00_01) for number in range(1, 224))
"""One address from each of the blocks that were given to the world's registries."""

_LICENCES: Final = (
    (
        "GeoLite2",
        "its licence (MaxMind's GeoLite EULA) asks you to replace it within 30 days and to show, where it is used: "
        "This product includes GeoLite data created by MaxMind, available from https://www.maxmind.com",
    ),
    ("GeoIP2", "its licence is your agreement with MaxMind, which asks for no line on your pages"),
    (
        "DBIP-",
        "its licence (CC BY 4.0 for the Lite files) asks you to show, where it is used, a link: "
        "IP Geolocation by DB-IP, https://db-ip.com",
    ),
)
"""What a licence asks for, by the beginning of a database's type."""


def place(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """What is to be said of the geo database, as `serve` would read it."""
    file = settings.geo_database
    if file is None:
        yield Finding("place", "ok", "no geo database is set: country, region and city are unknown")
        return
    try:
        with sealed(file) as copy:
            yield _age(file, copy, clock())
            yield from _knows(copy)
            yield from _licence(copy)
    except ValueError as error:
        yield Finding("place", "fail", f"{error}")
    except OSError as error:
        yield Finding("place", "fail", f"{file} cannot be read ({error.strerror}); check --geo-database")


def _age(file: Path, copy: Copy, now: float) -> Finding:
    days = int((now - copy.built) // _DAY)
    seen = f"{file} is {copy.type}, made {datetime.fromtimestamp(copy.built, UTC):%Y-%m-%d}, {days} days ago"
    if days > _OLD_DAYS:
        return Finding("place", "warn", f"{seen}: more than {_OLD_DAYS}; fetch a new one, places move")
    return Finding("place", "ok", seen)


def _knows(copy: Copy) -> Iterator[Finding]:
    """One place that it knows, as a person would name it: so that everybody sees what it can tell."""
    with geoip2.database.Reader(copy.path) as reader:
        find = getattr(reader, next((name for name in ("city", "enterprise") if name in copy.type.lower()), "country"))
        for address in _SAMPLES:
            try:
                found = find(address)
            except geoip2.errors.AddressNotFoundError:
                continue
            except (TypeError, ValueError):  # a type that geoip2 has no model for, though its records are places
                return
            city = getattr(getattr(found, "city", None), "name", None)
            if found.country.name:
                named = ", ".join(filter(None, (city, found.country.name)))
                yield Finding("place", "ok", f"for example, {address} is in {named}")
                return


def _licence(copy: Copy) -> Iterator[Finding]:
    for beginning, line in _LICENCES:
        if copy.type.startswith(beginning):
            yield Finding("place", "ok", line)
            return
    yield Finding("place", "ok", "its licence is not one that is known here; see what its maker asks for")
