"""Where a message's body ends, read from the raw head (RFC 9112 §6).

Two readers that disagree on this are the root of smuggling: what one takes for the rest of a body, the other takes
for the next message. So there is one reading or none. Repeated equal lengths are one length; everything else that
two readers could take differently is refused, also where the RFC would allow a repair. The same rules hold for the
requests we write and the answers we read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_FIELDS: Final = re.compile(
    rb"\r\n(content-length|transfer-encoding|connection|upgrade):[ \t]*+([^\r\n]*)", re.IGNORECASE
)
_LENGTH_FIELD: Final = re.compile(rb"\r\ncontent-length:[^\r\n]*", re.IGNORECASE)
_LENGTH: Final = re.compile(rb"[0-9]{1,18}")  # at most an exabyte: no number that a 64-bit reader would wrap


class Refused(ValueError):  # noqa: N818 - it is the verdict, not a mistake of ours
    """Bytes that cannot be read in exactly one way; the message says which."""


@dataclass(frozen=True, slots=True)
class Framing:
    """The fields of a head that concern the connection: `length` in bytes, or `chunked`, or neither."""

    length: int | None = None
    chunked: bool = False
    close: bool = False
    upgrade: bool = False
    repeated: int = 0  # how many more times the same length was given


PLAIN: Final = Framing()


def framing(head: bytes) -> Framing:
    """The one reading of a raw head whose lines are well formed; `Refused` when there are none or several."""
    found = _FIELDS.findall(head)
    if not found:
        return PLAIN
    lengths: list[bytes] = []
    codings: list[bytes] = []
    close = upgrade = False
    for name, value in found:
        kind = len(name)  # the four names differ in their lengths
        if kind == 14:
            lengths.append(value.rstrip(b" \t"))
        elif kind == 17:
            codings.append(value.rstrip(b" \t").lower())
        elif kind == 10:
            close = close or b"close" in _tokens(value)
        else:
            upgrade = True
    return Framing(_length(lengths), _chunked(codings, lengths), close, upgrade, max(0, len(lengths) - 1))


def without_repetition(head: bytes, repeated: int) -> bytes:
    """The head with the last of its equal Content-Length fields only (RFC 9110 §8.6)."""
    return _LENGTH_FIELD.sub(b"", head, count=repeated)


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
