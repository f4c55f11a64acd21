"""The head of an answer: one strict grammar, and nothing that gets along with what breaks it.

The readers of the web skip empty lines before an answer, take any version and any list of transfer codings, join
folded lines. Each of these is a place where two readers part. So the raw head has to match the grammar of RFC 9112
in one regular expression that cannot backtrack: no bare CR or LF, no folded line, no space before a colon, no control
byte in a value. What matches splits into fields in one way only.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from edge.gateway.transport.framing import LENGTH, Framing, Refused, framing

MOST_BYTES: Final = 65_536
MOST_FIELDS: Final = 256

TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
VALUE: Final = rb"[\t -~\x80-\xff]*+"
FIELDS: Final = rb"(?:" + TOKEN + rb":" + VALUE + rb"\r\n)*+"
_STATUS: Final = rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: " + VALUE + rb")?\r\n"
_HEAD: Final = re.compile(_STATUS + FIELDS + rb"\r\n")
_BEGUN: Final = re.compile(_STATUS + FIELDS)
_WORD: Final = rb"[!-~\x80-\xff]++"
_FIELD: Final = re.compile(rb"(" + TOKEN + rb"):[\t ]*+((?:" + _WORD + rb")?+(?:[\t ]++" + _WORD + rb")*+)[\t ]*+\r\n")
_MARK: Final = b"HTTP/1."


class Head(NamedTuple):
    """Status and fields of one answer; `persistent` when the connection may live on.

    Fields keep their order and number; names are in lower case.
    """

    status: int
    fields: list[tuple[bytes, bytes]]
    framing: Framing
    persistent: bool


def read(raw: bytes) -> Head:
    """One whole head, its empty line included; `Refused` when it is not exactly one."""
    match = _HEAD.fullmatch(raw)
    if match is None:
        raise Refused("the head of the answer is malformed")
    fields = [(name.lower(), value) for name, value in _FIELD.findall(raw, raw.index(b"\n"))]
    if len(fields) > MOST_FIELDS:
        raise Refused(f"more than {MOST_FIELDS} fields")
    framed = framing(fields)
    if framed.repeated:
        fields = _with_one_length(fields)
    old = match[1] == b"0"
    if old and framed.chunked:
        raise Refused("chunks in an answer of HTTP/1.0")
    return Head(int(match[2]), fields, framed, not old and not framed.close)


def _with_one_length(fields: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """The last of equal Content-Length fields stays (RFC 9110 §8.6)."""
    last = max(place for place, (name, _) in enumerate(fields) if name == LENGTH)
    return [pair for place, pair in enumerate(fields) if pair[0] != LENGTH or place == last]


def check_begun(begun: bytes) -> None:
    """`Refused` when no head can begin like this, so that garbage is not waited for."""
    if len(begun) > MOST_BYTES:
        raise Refused(f"a head of more than {MOST_BYTES} bytes")
    lines = begun[: begun.rfind(b"\n") + 1]
    if lines.count(b"\n") > MOST_FIELDS + 1:
        raise Refused(f"more than {MOST_FIELDS} fields")
    if not begun.startswith(_MARK[: len(begun)]) or (lines and _BEGUN.fullmatch(lines) is None):
        raise Refused("the head of the answer is malformed")
