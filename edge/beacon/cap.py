"""How many beacons one network may send: enough for an office behind one address, not for a flood.

Each network, an IPv4 /24 or an IPv6 /48, has a bucket of tokens in memory. It is never written; the networks that have
been quiet for longest are forgotten first. Addresses of this machine and of private networks are not capped: where a
proxy stands in front that nobody has listed, all visitors have its address.
"""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from time import monotonic
from typing import Final

from cachetools import LRUCache

AT_ONCE: Final = 2_000.0
"""Beacons of a network in a burst: a few hundred pages, each with several beacons."""
PER_SECOND: Final = 100.0
"""Beacons of a network from then on."""
_NETWORKS: Final = 8_192

_OWN: Final = tuple(map(ip_network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16")))
_HERE: Final = "127.0.0.1"
_OWN_6: Final = tuple(map(ip_network, ("::1/128", "fc00::/7", "fe80::/10")))


class Cap:
    """Of one process. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._left: LRUCache[int, tuple[float, float]] = LRUCache(_NETWORKS)  # network -> (tokens, at)

    def allows(self, address: str) -> bool:
        """Whether one more beacon from that address is taken."""
        network = _network(address)
        if network is None:
            return True
        now = self._clock()
        tokens, at = self._left.get(network, (AT_ONCE, now))
        tokens = min(AT_ONCE, tokens + (now - at) * PER_SECOND)
        self._left[network] = (max(tokens - 1, 0.0), now)
        return tokens >= 1


def _network(address: str) -> int | None:
    """A number for the network of an address; None for one that is not capped."""
    if address == _HERE:  # most often a proxy that nobody has listed
        return None
    try:
        ip: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:  # a Unix socket, or a proxy that does not say
        return None
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    if isinstance(ip, IPv4Address):
        return None if any(ip in own for own in _OWN) else int(ip) >> 8
    return None if any(ip in own for own in _OWN_6) else -(int(ip) >> 80) - 1
