"""The `Forwarded` field (RFC 7239): what each proxy on the way says about the one before it."""

from __future__ import annotations

import re
from typing import Final

from edge.web.request import Headers

_VALUE: Final = rb'(?:"(?:[^"\\]|\\.)*+"|[^";,\s]*+)'
_PAIR: Final = re.compile(rb"\s*([A-Za-z0-9_-]+)=(" + _VALUE + rb")\s*")
_ELEMENT: Final = re.compile(rb'(?:"(?:[^"\\]|\\.)*+"|[^",]++)++')


def elements(headers: Headers) -> list[bytes]:
    """The elements of all such fields, each as it came, the nearest proxy's last.

    None where `X-Forwarded-For` came too: a proxy speaks the one or the other, and what it does not write it passes on
    from whoever is behind it.
    """
    if any(name == b"x-forwarded-for" for name, _ in headers):
        return []
    found = (part.strip() for name, value in headers if name == b"forwarded" for part in _ELEMENT.findall(value))
    return [part for part in found if part]


def parameter(element: bytes, name: bytes) -> bytes:
    """One parameter of an element without its quotes; empty when it is not there or the element is malformed."""
    rest = element
    while match := _PAIR.match(rest):
        if match[1].lower() == name:
            return re.sub(rb"\\(.)", rb"\1", match[2][1:-1]) if match[2].startswith(b'"') else match[2]
        rest = rest[match.end() :]
        if not rest.startswith(b";"):
            break
        rest = rest[1:]
    return b""


def element(peer: str, scheme: str, host: bytes) -> bytes:
    """What we say about the connection on which a request came."""
    node = f'"[{peer}]"' if ":" in peer else peer
    return b"for=%s;host=%s;proto=%s" % (node.encode("ascii", "replace"), _quoted(host), scheme.encode())


def _quoted(host: bytes) -> bytes:
    return b'"%s"' % host if b":" in host else host
