"""Whether a proxy stands in front of us that nobody has listed.

Then every visitor seems to come from that proxy's address, which is a private one, and no place is ever known. Its
`X-Forwarded-For` is not believed before an operator says so, but that it is there can be said.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edge.signals.address import loopback, packed, private, written

ENOUGH: Final = 20
"""Forwarded requests from one address after which it is clear."""


class Front:
    """Looks at the first requests whose peer is not listed, until it is clear whether they all come from one proxy.

    `finding` is the proxy's address then, and `tell` is called with it, once; before, and if it is not so, it is empty.
    On an intranet visitors have private addresses too, so that as soon as anybody else has come, or somebody without
    the field, nothing is said any more: an address that may be a visitor's is never written anywhere. Only requests of
    this machine itself without the field, such as a health check's, tell nothing.
    """

    def __init__(self, tell: Callable[[str], None] = lambda address: None) -> None:  # noqa: ARG005 -- the signature
        self.finding = ""
        self.clear = False  # there is nothing left to look at
        self._tell, self._only, self._seen = tell, "", 0

    def sees(self, peer: str, forwarded: bool) -> None:
        """One request from this peer, with `X-Forwarded-For` or without."""
        address = packed(peer)
        if address is not None and loopback(address) and not forwarded:
            return
        if address is None or not private(address) or not forwarded or self._only not in ("", peer):
            self.clear = True
        else:
            self._only = peer
            self._seen += 1
            if self._seen >= ENOUGH:
                self.finding, self.clear = written(address), True
                self._tell(self.finding)


def advice(finding: str) -> str:
    """What to do about a finding, in one line."""
    return (
        f"every request comes from {finding} and carries X-Forwarded-For: if that is your proxy, set "
        f"trusted_proxies to it ({finding}), and visitors are known by their own address"
    )
