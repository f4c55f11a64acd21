"""What the origin is told about the visitor's connection, and what it is not told.

The facts of the connection are ours to state: `Via`, `X-Forwarded-For`, `-Proto`, `-Host`. A copy that came in is
believed only from a listed proxy, and then continued. Fields by which a visitor could choose another URL or method
are deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from edge.web.asgi import Scope
from edge.web.fields import end_to_end, every, first, without
from edge.web.peer import Trust
from edge.web.request import Headers

PSEUDONYM: Final = b"windsock"

_OURS_TO_STATE: Final = frozenset(
    {
        b"x-forwarded-for",
        b"x-forwarded-proto",
        b"x-forwarded-host",
        b"forwarded",
        b"via",
        b"expect",  # the server has answered it: the body is on its way
        b"x-original-url",
        b"x-rewrite-url",
        b"x-http-method-override",
        b"x-http-method",
        b"x-method-override",
    }
)
_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})


class Forwarding:
    """Turns a visitor's fields into the origin's."""

    def __init__(self, trust: Trust, preserve_host: bool = True, extra: Iterable[tuple[bytes, bytes]] = ()) -> None:
        self._trust = trust
        self._preserve_host = preserve_host
        self._extra = tuple((name.lower(), value) for name, value in extra)
        self._set = frozenset(name for name, _ in self._extra)

    def fields(self, scope: Scope, authority: bytes) -> Headers:
        """The fields for the origin."""
        came = tuple((name.lower(), value) for name, value in scope["headers"])
        host = first(came, b"host") or b""
        kept = without(end_to_end(came), _OURS_TO_STATE | self._set | {b"host"})
        own_host = host if self._preserve_host and host else authority
        return (
            (b"host", own_host),
            *kept,
            *_framing(scope, came),
            *self._facts(scope, came, host),
            *self._extra,
        )

    def _facts(self, scope: Scope, came: Headers, host: bytes) -> Headers:
        peer = scope["client"][0] if scope.get("client") else "unknown"
        chain = [peer.encode("ascii", "replace")]
        if self._trust.listed(peer):
            chain = [*every(came, b"x-forwarded-for"), *chain]
            host = first(came, b"x-forwarded-host") or host
        scheme = self._trust.scheme(peer, came, scope.get("scheme", "http"))
        version = str(scope.get("http_version", "1.1")).encode()
        via = [*every(came, b"via"), version + b" " + PSEUDONYM]
        facts = [
            (b"via", b", ".join(via)),
            (b"x-forwarded-for", b", ".join(chain)),
            (b"x-forwarded-proto", scheme.encode()),
        ]
        if host:
            facts.append((b"x-forwarded-host", host))
        return tuple(facts)

    def loops(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether this very request has been through here before."""
        return any(member.split()[1:2] == [PSEUDONYM] for member in every(headers, b"via"))


def _framing(scope: Scope, came: Headers) -> Headers:
    """A body of unknown length is sent on in chunks; one of known length keeps its Content-Length."""
    if first(came, b"content-length") is not None:
        return ()
    chunked = first(came, b"transfer-encoding") is not None
    if chunked or (str(scope.get("http_version")).startswith("2") and scope["method"] in _BODY_METHODS):
        return ((b"transfer-encoding", b"chunked"),)
    return ()
