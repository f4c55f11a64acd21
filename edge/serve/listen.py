"""The addresses of the two listeners, found and claimed before anything is started."""

from __future__ import annotations

import socket
import sys

from edge.errors import WindsockError
from edge.settings import Address


def found(address: Address, name: str) -> Address:
    """The same with an IP address for a host name: IPv4 where it has one, since every visitor tries that."""
    try:
        known = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", "") or error
        raise WindsockError(
            f"{name} {address} cannot be used: the host name cannot be found ({reason}); "
            f"give an address of this machine with --{name}, such as 127.0.0.1:{address.port}"
        ) from None
    known.sort(key=lambda each: each[0] != socket.AF_INET)
    return Address(str(known[0][4][0]), address.port)


def claim(address: Address, name: str) -> socket.socket | None:
    """See that nobody listens there, and that no other edge starts to while the socket that is returned is open.

    With SO_REUSEPORT, which workers share the port with, a second server would silently take half of the visitors.
    """
    held = None
    try:
        held = _held(address)
        _bind(address)
    except OSError as error:
        if held is not None:
            held.close()
        raise WindsockError(
            f"{name} {address} cannot be used ({error.strerror}); end what listens there or give another with --{name}"
        ) from None
    return held


def _held(address: Address) -> socket.socket | None:
    """A name that only one process can have; the kernel takes it back however that one ends."""
    if sys.platform != "linux":
        return None
    guard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        guard.bind(f"\0windsock {address}")
    except OSError:
        guard.close()
        raise
    return guard


def _bind(address: Address) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((address.host, address.port))
