"""The Host of a request: one strict grammar, and the list of those that are served here.

Strict on purpose: whatever two readers could take for different hosts is refused. A host is a name of letters,
digits, `-`, `_` and dots, a dotted IPv4 address, or an IPv6 address in brackets; a port may follow. What looks like a
number is an address or nothing: browsers read `1.2.3` as one (WHATWG URL §3.5), other software as a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

_AUTHORITY: Final = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z_.-]+)(?::([0-9]{1,5}))?")
_LABEL: Final = re.compile(r"[0-9a-z_]([0-9a-z_-]*[0-9a-z_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST_NAME: Final = 253
_LONGEST_LABEL: Final = 63
_LONGEST: Final = _LONGEST_NAME + len(":65535")


class Hosts:
    """The Host values that are served: those listed, or any valid one when none is.

    `shop.example` stands for every port, `shop.example:8080` for that one, `*.shop.example` for all names under it.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self._allowed = frozenset(item.lower() for item in allowed)
        self._valid = lru_cache(maxsize=1024)(valid)
        self.served = lru_cache(maxsize=1024)(self._served)

    def valid(self, authority: bytes) -> bool:
        """Whether this is a host (see `valid`); what is too long for one is not even remembered."""
        return len(authority) <= _LONGEST and self._valid(authority)

    def _served(self, authority: bytes) -> bool:
        """Whether a valid authority is served here."""
        if not self._allowed:
            return True
        name, port = _parts(authority.decode("ascii").lower())
        parents = ["*" + name[place:] for place, letter in enumerate(name) if letter == "."]
        names = (name, *parents)
        return any(each in self._allowed or f"{each}:{port}" in self._allowed for each in names)


def valid(authority: bytes) -> bool:
    """Whether this is a host, perhaps with a port (RFC 9110 §7.2, RFC 3986 §3.2.2, and stricter)."""
    match = _AUTHORITY.fullmatch(authority)
    if match is None or (match[2] is not None and not 0 < int(match[2]) < 65536):
        return False
    host = match[1].decode("ascii").lower()
    return _is_address(host) if host.startswith("[") else _is_name(host)


def _is_name(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    if _NUMBER.fullmatch(labels[-1]):
        return _is_address(host)
    return len(host) <= _LONGEST_NAME and all(
        len(label) <= _LONGEST_LABEL and _LABEL.fullmatch(label) for label in labels
    )


def _is_address(host: str) -> bool:
    try:
        IPv6Address(host[1:-1]) if host.startswith("[") else IPv4Address(host)
    except AddressValueError:
        return False
    return True


def _parts(authority: str) -> tuple[str, str]:
    """The name without a closing dot, and the port."""
    host, bracket, rest = authority.rpartition("]")
    name, _, port = rest.partition(":")
    return (host + bracket + name).removesuffix("."), port
