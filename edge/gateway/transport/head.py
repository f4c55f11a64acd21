"""The head of an answer: one strict grammar, then httptools.

llhttp, which httptools wraps, is made to get along with much of the web: it skips empty lines before an answer,
takes any version and any list of transfer codings, and keeps spaces at the end of values. So the raw head has to
match the grammar of RFC 9112 first, in one regular expression that cannot backtrack: no bare CR or LF, no folded
line, no space before a colon, no control byte in a value. Then httptools reads the fields; a head that one of the
two refuses is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import httptools

from edge.gateway.transport.framing import Framing, Refused, framing, without_repetition

MOST_BYTES: Final = 65_536
MOST_FIELDS: Final = 256

TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
VALUE: Final = rb"[\t -~\x80-\xff]*+"
FIELDS: Final = rb"(?:" + TOKEN + rb":" + VALUE + rb"\r\n)*+"
_STATUS: Final = rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: " + VALUE + rb")?\r\n"
_HEAD: Final = re.compile(_STATUS + FIELDS + rb"\r\n")
_BEGUN: Final = re.compile(_STATUS + FIELDS)
_MARK: Final = b"HTTP/1."


@dataclass(frozen=True, slots=True)
class Head:
    """Status and fields of one answer, in their order and number; `persistent` when the connection may live on."""

    status: int
    fields: list[tuple[bytes, bytes]]
    framing: Framing
    persistent: bool


def read(raw: bytes) -> Head:
    """One whole head, its empty line included; `Refused` when it is not exactly one."""
    match = _HEAD.fullmatch(raw)
    if match is None:
        raise Refused("the head of the answer is malformed")
    framed = framing(raw)
    if framed.repeated:
        raw = without_repetition(raw, framed.repeated)
    fields = _fields(raw)
    if len(fields) > MOST_FIELDS:
        raise Refused(f"more than {MOST_FIELDS} fields")
    old = match[1] == b"0"
    if old and framed.chunked:
        raise Refused("chunks in an answer of HTTP/1.0")
    return Head(int(match[2]), fields, framed, not old and not framed.close)


def check_begun(begun: bytes) -> None:
    """`Refused` when no head can begin like this, so that garbage is not waited for."""
    if len(begun) > MOST_BYTES:
        raise Refused(f"a head of more than {MOST_BYTES} bytes")
    lines = begun[: begun.rfind(b"\n") + 1]
    if lines.count(b"\n") > MOST_FIELDS + 1:
        raise Refused(f"more than {MOST_FIELDS} fields")
    if not begun.startswith(_MARK[: len(begun)]) or (lines and _BEGUN.fullmatch(lines) is None):
        raise Refused("the head of the answer is malformed")


class _Fields:
    """What httptools calls back."""

    __slots__ = ("read",)

    def __init__(self) -> None:
        self.read: list[tuple[bytes, bytes]] = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self.read.append((name, value.rstrip(b" \t")))


def _fields(raw: bytes) -> list[tuple[bytes, bytes]]:
    fields = _Fields()
    try:
        httptools.HttpResponseParser(fields).feed_data(raw)
    except httptools.HttpParserUpgrade:  # raised for every 101; whether it was asked for is the reader's question
        pass
    except httptools.HttpParserError as error:
        raise Refused(f"the head of the answer is malformed: {error}") from error
    return fields.read
