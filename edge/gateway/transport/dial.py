"""Opens connections: TCP to each address of the origin in turn, or a Unix socket, then TLS.

The name is looked up for every connection, so a change in DNS is followed without a restart (`names.py`); an address
needs no name server, and no thread. One that does not answer may use only its share of the time that is left: the
next one is tried within the same limit. Where silence is allowed for ever, in an event stream or a tunnel, TCP's own
probes find out that the origin is no more.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import httpx

from edge.gateway.transport.connection import Connection
from edge.gateway.transport.names import Names

_PROBED_AFTER: Final = 60  # seconds of silence


@dataclass(frozen=True, slots=True)
class Place:
    """Where the origin listens: host and port, or the path of a Unix socket; `tls` for https, with the host as SNI."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None
    uds: str | None = None


async def dial(place: Place, names: Names, make: Callable[[], Connection], limit: float | None) -> Connection:
    """A connection that is ready to be asked; `httpx.ConnectError` or `ConnectTimeout` with its cause."""
    loop = asyncio.get_running_loop()
    name = place.host if place.tls else None
    try:
        async with asyncio.timeout(limit):
            if place.uds is not None:
                return (await loop.create_unix_connection(make, place.uds, ssl=place.tls, server_hostname=name))[1]
            reached = await _reach(loop, names, limit)
            return (await loop.create_connection(make, sock=reached, ssl=place.tls, server_hostname=name))[1]
    except TimeoutError as error:
        raise httpx.ConnectTimeout("the origin did not accept a connection in time") from error
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"no connection to the origin: {error}") from error


async def _reach(loop: asyncio.AbstractEventLoop, names: Names, limit: float | None) -> socket.socket:
    end = None if limit is None else loop.time() + limit
    found = await names.addresses()
    last: OSError = OSError("the name has no address")
    for index, (family, kind, protocol, _, address) in enumerate(found):
        share = None if end is None else (end - loop.time()) / (len(found) - index)
        try:
            return await _connected(loop, socket.socket(family, kind, protocol), address, share)
        except OSError as error:
            last = error
    raise last


async def _connected(
    loop: asyncio.AbstractEventLoop, sock: socket.socket, address: tuple[object, ...], limit: float | None
) -> socket.socket:
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):  # not everywhere under this name
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _PROBED_AFTER)
        async with asyncio.timeout(limit):
            await loop.sock_connect(sock, address)
    except BaseException:
        sock.close()
        raise
    return sock
