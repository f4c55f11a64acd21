"""Where a message's body ends, read from its fields (RFC 9112 §6).

Two readers that disagree on this are the root of smuggling: what one takes for the rest of a body, the other takes
for the next message. So there is one reading or none. Repeated equal lengths are one length; everything else that
two readers could take differently is refused, also where the RFC would allow a repair. The same rules hold for the
requests we write and the answers we read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

LENGTH: Final = b"content-length"
CODING: Final = b"transfer-encoding"
CONNECTION: Final = b"connection"
UPGRADE: Final = b"upgrade"
FRAMING: Final = frozenset({LENGTH, CODING, CONNECTION, UPGRADE})
"""The fields that concern the connection."""

_LENGTH: Final = re.compile(rb"[0-9]{1,18}")  # at most an exabyte: no number that a 64-bit reader would wrap


class Refused(ValueError):  # noqa: N818 - it is the verdict, not a mistake of ours
    """Bytes that cannot be read in exactly one way; the message says which."""


class Framing(NamedTuple):
    """What the fields say about the connection: `length` of the body in bytes, or `chunked`, or neither."""

    length: int | None = None
    chunked: bool = False
    close: bool = False
    upgrade: bool = False
    repeated: int = 0  # how many more times the same length was given


PLAIN: Final = Framing()


def framing(fields: Iterable[tuple[bytes, bytes]]) -> Framing:
    """The one reading of well-formed fields, names in lower case; `Refused` when there are none or several."""
    lengths: list[bytes] = []
    codings: list[bytes] = []
    close = upgrade = False
    for name, value in fields:
        if name not in FRAMING:
            continue
        if name == LENGTH:
            lengths.append(value.strip(b" \t"))
        elif name == CODING:
            codings.append(value.strip(b" \t").lower())
        elif name == CONNECTION:
            close = close or b"close" in _tokens(value)
        else:
            upgrade = True
    if not (lengths or codings or close or upgrade):
        return PLAIN
    return Framing(_length(lengths), _chunked(codings, lengths), close, upgrade, max(0, len(lengths) - 1))


def _length(lengths: list[bytes]) -> int | None:
    if not lengths:
        return None
    if len(set(lengths)) > 1:
        raise Refused("the Content-Length fields differ")
    if _LENGTH.fullmatch(lengths[0]) is None:
        raise Refused("Content-Length is not a number of bytes")
    return int(lengths[0])


def _chunked(codings: list[bytes], lengths: list[bytes]) -> bool:
    if not codings:
        return False
    if lengths:
        raise Refused("both Content-Length and Transfer-Encoding")
    if codings != [b"chunked"]:
        raise Refused("a Transfer-Encoding other than one chunked")
    return True


def _tokens(value: bytes) -> list[bytes]:
    return [token.strip(b" \t") for token in value.lower().split(b",")]
