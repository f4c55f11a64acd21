"""What is around the edge on this machine: proxies and ports."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from typing import Any

from edge.cli.checkup.finding import Finding
from edge.settings import Address, Settings


def proxies(settings: Settings) -> Iterator[Finding]:
    """Whose word on the visitor's address is believed, and what a running edge has noticed."""
    trusted = settings.trusted_proxies
    unlisted = _told_by(settings.admin).get("trusted_proxies")
    if unlisted:
        yield Finding("proxies", "warn", str(unlisted))
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
    return b"windsock_" in _get(admin, "/metrics")


def _told_by(admin: Address) -> dict[str, Any]:
    """What a running edge says of itself; nothing where none runs."""
    try:
        told = json.loads(_get(admin, "/readyz") or "{}")
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _get(admin: Address, path: str) -> bytes:
    """What is answered there; nothing where nobody answers."""
    connection = HTTPConnection(*admin.from_here, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().read(1 << 20)
    except (OSError, HTTPException):
        return b""
    finally:
        connection.close()
