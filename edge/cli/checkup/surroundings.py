"""What is around the edge on this machine: rules, places, weather, proxies, ports."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from typing import Final

from edge.cli.checkup.finding import Finding
from edge.clock import Clock
from edge.settings import Address, Settings

_DAY: Final = 86_400
_OLD_DAYS: Final = 30
_ATTRIBUTION: Final = {
    "GeoLite2": "This product includes GeoLite data created by MaxMind, available from https://www.maxmind.com",
    "DBIP": "IP Geolocation by DB-IP, https://db-ip.com",
}
"""The line that a database's licence asks to be shown, by the beginning of its type."""


def place(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """The geo database: whether it can be read, how old it is, and the line that its licence asks for."""
    file = settings.geo_database
    if file is None:
        yield Finding("place", "ok", "no geo database is set: country, region and city are unknown")
        return
    import maxminddb

    try:
        with maxminddb.open_database(os.fspath(file)) as reader:
            about = reader.metadata()
    except OSError as error:
        yield Finding("place", "fail", f"{file} cannot be read ({error.strerror}); check --geo-database")
        return
    except (maxminddb.InvalidDatabaseError, ValueError):
        yield Finding("place", "fail", f"{file} is not an .mmdb database; fetch it anew")
        return
    days = int((clock() - about.build_epoch) // _DAY)
    seen = f"{file} is {about.database_type}, made {days} days ago"
    if days > _OLD_DAYS:
        yield Finding("place", "warn", f"{seen}: more than {_OLD_DAYS}; fetch a new one, places move")
    else:
        yield Finding("place", "ok", seen)
    for beginning, line in _ATTRIBUTION.items():
        if about.database_type.startswith(beginning):
            yield Finding("place", "ok", f"show this where the data is used: {line}")


def weather(settings: Settings) -> Iterator[Finding]:
    """Where the weather comes from."""
    if settings.weather == "off":
        yield Finding("weather", "ok", "off: weather and temperature are unknown")
    else:
        yield Finding(
            "weather", "warn", f"{settings.weather} is set, but this version asks nobody: the weather is unknown"
        )


def proxies(settings: Settings) -> Iterator[Finding]:
    """Whose word on the visitor's address is believed."""
    trusted = settings.trusted_proxies
    if not trusted:
        yield Finding(
            "proxies",
            "ok",
            "none is trusted: the visitor is who connects; behind a load balancer or CDN, name it in --trusted-proxies",
        )
    elif any(network.prefixlen == 0 for network in trusted):
        yield Finding(
            "proxies", "warn", "everybody is trusted: any visitor can claim any address; name the proxies alone"
        )
    else:
        yield Finding("proxies", "ok", f"believed: {', '.join(map(str, trusted))}")


def ports(settings: Settings) -> Iterator[Finding]:
    """Whether both listeners can listen here, or an edge already does."""
    for name in ("listen", "admin"):
        address = getattr(settings, name)
        trouble = _trouble(address)
        if not trouble:
            yield Finding("ports", "ok", f"{name} {address} is free")
        elif _windsock_serves(settings.admin):
            yield Finding("ports", "ok", f"{name} {address}: Windsock is serving")
        else:
            yield Finding("ports", "fail", f"{name} {address} cannot be used ({trouble}); give another with --{name}")


def _trouble(address: Address) -> str:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def _windsock_serves(admin: Address) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(admin.host, admin.host)  # noqa: S104 - to ask there, not to listen
    connection = HTTPConnection(host, admin.port, timeout=2)
    try:
        connection.request("GET", "/metrics")
        return b"windsock_" in connection.getresponse().read(1 << 20)
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
