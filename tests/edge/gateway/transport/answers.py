"""Answers for property tests: well formed ones with what they say, and damaged ones."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from hypothesis import strategies as st

TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
INTERESTING = b'\r\n\t :,;="0129aAfFgxX-+_\x00\x01\x0b\x0c\x7f\x80\xff'
FRAMING = {b"content-length", b"transfer-encoding", b"connection", b"upgrade"}


@dataclass(frozen=True, slots=True)
class Written:
    """An answer on the wire, and what it says."""

    method: str
    raw: bytes
    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes


names = st.text(TOKEN, min_size=1, max_size=12).map(str.encode).filter(lambda name: name.lower() not in FRAMING)
values = st.binary(max_size=20).map(
    lambda raw: bytes(byte for byte in raw if (byte >= 32 and byte != 127) or byte == 9).strip(b" \t")
)
spaces = st.sampled_from([b"", b" ", b"\t", b" \t "])
casing = st.sampled_from([bytes.lower, bytes.upper, bytes.title])
extensions = st.sampled_from([b"", b"", b";a", b";a=b", b';a="b c"'])
trailers = st.sampled_from([b"", b"", b"X-Sum: 1\r\n", b"A: b\r\nC:\r\n"])


@st.composite
def lines(draw: st.DrawFn, fields: list[tuple[bytes, bytes]]) -> bytes:
    """Fields on the wire, with spaces where they are allowed."""
    return b"".join(name + b":" + draw(spaces) + value + draw(spaces) + b"\r\n" for name, value in fields)


@st.composite
def chunks(draw: st.DrawFn, body: bytes) -> bytes:
    """A body in chunks of any size."""
    raw = b""
    while body:
        size = draw(st.integers(1, len(body)))
        written = draw(st.sampled_from([b"%x", b"%X", b"0%x"])) % size
        raw += written + draw(extensions) + b"\r\n" + body[:size] + b"\r\n"
        body = body[size:]
    return raw + draw(st.sampled_from([b"0", b"00"])) + draw(extensions) + b"\r\n" + draw(trailers) + b"\r\n"


@st.composite
def answers(draw: st.DrawFn) -> Written:
    """A well formed answer."""
    method = draw(st.sampled_from(["GET", "GET", "GET", "POST", "HEAD"]))
    status = draw(st.sampled_from([200, 200, 200, 204, 206, 301, 304, 404, 500, 599, 999]))
    version = draw(st.sampled_from([b"1.1", b"1.1", b"1.1", b"1.0"]))
    reason = draw(st.sampled_from([b"", b" ", b" OK", b" Not \xe9", b" \t "]))
    body = draw(st.binary(max_size=60))
    framing = draw(
        st.sampled_from(["length", "length", "lengths", "close"] + (["chunks"] * 3 if version == b"1.1" else []))
    )
    case = draw(casing)
    fields = draw(st.lists(st.tuples(names, values), max_size=6))
    if framing == "chunks":
        fields.append((case(b"transfer-encoding"), draw(casing)(b"chunked")))
    elif framing != "close":
        fields += [(case(b"content-length"), b"%d" % len(body))] * (1 if framing == "length" else 2)
    fields = draw(st.permutations(fields))
    bodiless = method == "HEAD" or status in (204, 304)
    content = b"" if bodiless else (draw(chunks(body)) if framing == "chunks" else body)
    interim = b"".join(
        draw(
            st.lists(
                st.sampled_from([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103\r\nLink: <a>\r\n\r\n"]), max_size=2
            )
        )
    )
    raw = interim + b"HTTP/%b %d%b\r\n" % (version, status, reason) + draw(lines(fields)) + b"\r\n" + content
    return Written(method, raw, status, tuple(fields), b"" if bodiless else body)


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """The method and the bytes of an answer of which a few bytes were changed, lost, doubled or added."""
    written = draw(answers())
    raw = bytearray(written.raw)
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, max(0, len(raw) - 1)))
        byte = draw(st.sampled_from(INTERESTING))
        match draw(st.sampled_from(["change", "change", "insert", "insert", "lose", "double", "cut", "append"])):
            case "change":
                raw[place : place + 1] = bytes([byte])
            case "insert":
                raw[place:place] = bytes([byte])
            case "lose":
                del raw[place : place + draw(st.integers(1, 4))]
            case "double":
                end = place + draw(st.integers(1, 30))
                raw[place:place] = raw[place:end]
            case "cut":
                del raw[place:]
            case "append":
                raw += draw(st.sampled_from([b"\r\n", b"\n", b"\r", b"0\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b"x"]))
    return written.method, bytes(raw)


def cut(raw: bytes, places: list[int]) -> list[bytes]:
    """The bytes in pieces."""
    marks = [0, *sorted(place % (len(raw) + 1) for place in places), len(raw)]
    return [raw[start:end] for start, end in itertools.pairwise(marks)]
