"""What the origin is told about the visitor's connection, and what it is not told.

The facts of the connection are ours to state: `Via`, `X-Forwarded-For`, `-Proto`, `-Host`, and `Forwarded` where a
listed proxy speaks it. A copy that came in is believed only from a listed proxy, and only as far back as listed
proxies vouch for: what a visitor claims ends here, whatever follows `X-Forwarded-` in its name. Fields by which a
visitor could choose another URL or method are deleted.

An edge may stand behind an edge. So it takes more than `_MOST_EDGES` of our names in `Via` to make a loop.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from edge.gateway import hops
from edge.web import forwarded
from edge.web.asgi import Scope
from edge.web.fields import HOP_BY_HOP, every, first, of_one_connection
from edge.web.host import Hosts
from edge.web.peer import Trust
from edge.web.request import Headers

PSEUDONYM: Final = b"windsock"
_MOST_EDGES: Final = 3

_OURS_TO_STATE: Final = frozenset(
    {
        b"host",
        b"via",
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-forwarded-host",
        b"forwarded",
        b"expect",  # the server has answered it: the body is on its way
        b"x-original-url",
        b"x-rewrite-url",
        b"x-http-method-override",
        b"x-http-method",
        b"x-method-override",
    }
)
_CLAIM: Final = b"x-real-ip"
_CLAIMS: Final = b"x-forwarded-"  # and anything
_VIA: Final = {
    told: version + b" " + PSEUDONYM for told, version in (("1", b"1.0"), ("1.0", b"1.0"), ("1.1", b"1.1"), ("2", b"2"))
}
_SCHEMES: Final = {"ws": "http", "wss": "https"}


class Forwarding:
    """Turns a visitor's fields into the origin's. `claims` are further fields that only a listed proxy may send."""

    def __init__(
        self,
        trust: Trust,
        preserve_host: bool = True,
        extra: Iterable[tuple[bytes, bytes]] = (),
        hosts: Hosts | None = None,
        claims: frozenset[bytes] = frozenset(),
    ) -> None:
        self._trust = trust
        self._hosts = hosts or Hosts()
        self._preserve_host = preserve_host
        self._extra = tuple((name.lower(), value) for name, value in extra)
        self._dropped_of_listed = HOP_BY_HOP | _OURS_TO_STATE | frozenset(name for name, _ in self._extra)
        self._dropped = self._dropped_of_listed | {_CLAIM} | claims

    def fields(self, scope: Scope, authority: bytes, *, uploads: bool = False) -> list[tuple[bytes, bytes]] | None:
        """The fields for the origin, which is called `authority`; `uploads` tells whether a body follows.

        None when this request goes round in circles.
        """
        came: Headers = scope["headers"]
        names = [name for name, _ in came]
        host = came[names.index(b"host")][1] if b"host" in names else b""
        peer: str = scope["client"][0] if scope.get("client") else "unknown"
        listed = self._trust.believes(peer)
        dropped, extra = (self._dropped_of_listed if listed else self._dropped), self._extra
        if not listed and _CLAIMS in b" ".join(names):
            dropped = dropped | {name for name in names if name.startswith(_CLAIMS)}
        if scope.get("method") in hops.METHODS:
            came = hops.lessened(came)
            if scope["method"] == "TRACE":  # the origin would show these to whoever asks
                dropped, extra = dropped | hops.SECRET, ()
        if b"connection" in names:
            dropped = dropped | of_one_connection(came)
        via = every(came, b"via") if b"via" in names else []
        if len([True for member in via if member.split()[1:2] == [PSEUDONYM]]) > _MOST_EDGES:
            return None
        return [
            (b"host", host if self._preserve_host and host else authority),
            *[pair for pair in came if pair[0] not in dropped],
            *_framing(names, uploads),
            (b"via", _via(scope, via)),
            *(self._continued(scope, came, peer, host) if listed else _facts(scope, peer, host)),
            *extra,
        ]

    def reached_as(self, scope: Scope) -> tuple[str, str]:
        """The scheme and the authority in the visitor's address bar."""
        came: Headers = scope["headers"]
        host = first(came, b"host") or b""
        peer: str = scope["client"][0] if scope.get("client") else "unknown"
        if not self._trust.believes(peer):
            return _scheme(scope), host.decode("latin-1")
        return self._trust.scheme(peer, came, _scheme(scope)), self._seen(came, host).decode("latin-1")

    def _continued(self, scope: Scope, came: Headers, peer: str, host: bytes) -> Headers:
        """The facts behind a listed proxy: the way from the visitor to us, without what nobody vouches for."""
        way = self._trust.way(peer, came)
        seen = self._seen(came, host)
        facts = (
            (b"x-forwarded-for", ", ".join(address or "unknown" for address in way).encode("ascii", "replace")),
            (b"x-forwarded-proto", self._trust.scheme(peer, came, _scheme(scope)).encode()),
            *(((b"x-forwarded-host", seen),) if seen else ()),
        )
        elements = forwarded.elements(came)
        if not elements:
            return facts
        vouched = elements[max(0, len(elements) - len(way) + 1) :]
        ours = forwarded.element(peer, _scheme(scope), host)
        return (*facts, (b"forwarded", b", ".join([*vouched, ours])))

    def _seen(self, came: Headers, host: bytes) -> bytes:
        """The host that a listed proxy was asked for, if it is one that is served here."""
        told = every(came, b"x-forwarded-host")
        return told[-1] if told and self._hosts.valid(told[-1]) and self._hosts.served(told[-1]) else host


def _facts(scope: Scope, peer: str, host: bytes) -> Headers:
    facts = ((b"x-forwarded-for", peer.encode("ascii", "replace")), (b"x-forwarded-proto", _scheme(scope).encode()))
    return (*facts, (b"x-forwarded-host", host)) if host else facts


def _scheme(scope: Scope) -> str:
    own: str = scope.get("scheme", "http")
    return _SCHEMES.get(own, own)


def _via(scope: Scope, others: list[bytes]) -> bytes:
    version: str = scope.get("http_version", "1.1")
    ours = _VIA.get(version) or version.encode() + b" " + PSEUDONYM
    return b", ".join([*others, ours]) if others else ours


def _framing(names: list[bytes], uploads: bool) -> Headers:
    """A body of unknown length is sent on in chunks; one of known length keeps its Content-Length."""
    return ((b"transfer-encoding", b"chunked"),) if uploads and b"content-length" not in names else ()
