"""Who is asking: the client address and scheme, believed only as far as listed proxies go.

The address on the connection is a fact. What `X-Forwarded-For` says is a claim of whoever sent it: it is read from
right to left, and the first address that is not one of our own proxies is the client. It stays in memory for the
time of one request. A listed proxy that speaks `Forwarded` (RFC 7239) instead is understood in the same way. Nobody
has more than `_MOST_HOPS` proxies: a longer way is somebody's joke, and is not followed to its end.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from edge.web import forwarded
from edge.web.fields import every
from edge.web.request import Headers

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_MOST_HOPS: Final = 20


class Trust:
    """The proxies in front of us whose forwarding fields are believed."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        self._networks = tuple(networks)
        self.listed = lru_cache(maxsize=1024)(self._listed)

    def _listed(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
        return any((mapped or ip) in network for network in self._networks)

    def believes(self, peer: str) -> bool:
        """Whether this peer's forwarding fields are read."""
        return bool(self._networks) and self.listed(peer)

    def client(self, peer: str, headers: Headers) -> str:
        """The visitor's address: the peer's own unless the peer is a listed proxy."""
        return self.way(peer, headers)[0] if self.believes(peer) else peer

    def way(self, peer: str, headers: Headers) -> list[str]:
        """The addresses from the visitor to this peer, as far as listed proxies vouch for them.

        An address that cannot be read ends the way: whoever is behind it is unknown (empty).
        """
        way = [peer]
        claims = _last(headers) or [
            forwarded.parameter(element, b"for") for element in forwarded.elements(headers)[-_MOST_HOPS:]
        ]
        while claims and self.listed(way[-1]):
            way.append(_address(claims.pop()))
        way.reverse()
        return way

    def scheme(self, peer: str, headers: Headers, own: str) -> str:
        """`http` or `https` as the visitor's browser sees it."""
        if self.believes(peer):
            claimed = every(headers, b"x-forwarded-proto") or [
                forwarded.parameter(element, b"proto") for element in forwarded.elements(headers)
            ]
            if claimed and claimed[-1].lower() in (b"http", b"https"):
                return claimed[-1].lower().decode("ascii")
        return own


def _last(headers: Headers) -> list[bytes]:
    """The last members of X-Forwarded-For, without splitting up the rest."""
    value = b",".join([value for name, value in headers if name == b"x-forwarded-for"])
    members = value.rsplit(b",", _MOST_HOPS)[-_MOST_HOPS:]
    return [member for part in members if (member := part.strip())]


def _address(claimed: bytes) -> str:
    """An address without port and brackets; empty when it is none."""
    text = claimed.decode("latin-1").strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
