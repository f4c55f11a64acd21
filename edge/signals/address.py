"""Addresses as bytes: four of IPv4, sixteen of IPv6. An object of `ipaddress` costs ten times as much."""

from __future__ import annotations

import socket
from bisect import bisect_right
from ipaddress import ip_network
from typing import Final

_MAPPED: Final = bytes(10) + b"\xff\xff"

_PRIVATE: Final = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "::/127", "fc00::/7", "fe80::/10",
)  # fmt: skip
"""Of this machine, of a link, of a private network, behind a provider's address translation (IANA's registries)."""

_Ranges = tuple[list[bytes], list[bytes]]


def packed(text: str) -> bytes | None:
    """The address that `text` writes; an IPv4 one also where it is written as IPv6. None for what is none."""
    try:
        found = socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    except (OSError, ValueError):
        return None
    return found[12:] if found.startswith(_MAPPED) and len(found) == 16 else found


def written(address: bytes) -> str:
    """The way back, in the usual form."""
    return socket.inet_ntop(socket.AF_INET if len(address) == 4 else socket.AF_INET6, address)


def private(address: bytes) -> bool:
    """Whether only a private network, or this machine, knows where that is."""
    starts, ends = _RANGES[len(address)]
    at = bisect_right(starts, address) - 1
    return at >= 0 and address <= ends[at]


def loopback(address: bytes) -> bool:
    """Whether that is this machine."""
    return address[0] == 127 if len(address) == 4 else address == bytes(15) + b"\1"


def _ranges(length: int) -> _Ranges:
    networks = sorted(
        (network[0].packed, network[-1].packed)
        for network in map(ip_network, _PRIVATE)
        if network.max_prefixlen == 8 * length
    )
    return [start for start, _ in networks], [end for _, end in networks]


_RANGES: Final = {4: _ranges(4), 16: _ranges(16)}
