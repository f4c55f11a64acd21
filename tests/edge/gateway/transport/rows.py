"""Origins that say more, less or something else than they should: the pool hygiene table.

Each row is a method, the raw answer to the first request, what a caller must get for it, whether the connection may
be used again, and where stock httpx does something else: what that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

REFUSED: Final = "refused"
CUT: Final = "cut"

# what stock httpx does instead
ALIKE: Final = ""  # the same
TAKES: Final = "takes it"  # no error, and the connection is used again or not as it sees fit
WAITS: Final = "waits until the time limit"
FAILS: Final = "fails the next visitor's request"
LEAKS: Final = "gives the next visitor what was not theirs"

_CHUNKED: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
_OK: Final = b"HTTP/1.1 200 OK\r\n"


@dataclass(frozen=True, slots=True)
class Row:
    """`gets` is the body, or `REFUSED`, or `CUT` when the head is fine and the body then fails."""

    name: str
    raw: bytes
    gets: bytes | str = b""
    kept: bool = False
    method: str = "GET"
    status: int = 200
    stock: str = ALIKE


ROWS: Final = (
    Row("a plain answer", _OK + b"Content-Length: 5\r\n\r\nhello", b"hello", kept=True),
    Row("an answer without content", _OK + b"Content-Length: 0\r\n\r\n", b"", kept=True),
    Row("whole chunks", _CHUNKED + b"5\r\nhello\r\n0\r\n\r\n", b"hello", kept=True),
    Row(
        "chunks with extensions and trailers",
        _CHUNKED + b"5;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
        b"hello",
        kept=True,
    ),
    Row("equal lengths", _OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", b"ab", kept=True),
    Row(
        "interim answers",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 3 + _OK + b"Content-Length: 0\r\n\r\n",
        kept=True,
    ),
    Row("HEAD with the length of GET", _OK + b"Content-Length: 5\r\n\r\n", kept=True, method="HEAD"),
    Row("304 with the length of 200", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", kept=True, status=304),
    Row("204", b"HTTP/1.1 204 No Content\r\n\r\n", kept=True, status=204),
    Row("a body after HEAD", _OK + b"Content-Length: 6\r\n\r\nSTOLEN", method="HEAD", stock=FAILS),
    Row("chunks after HEAD", _CHUNKED + b"6\r\nSTOLEN\r\n0\r\n\r\n", method="HEAD", stock=FAILS),
    Row("a body after 204", b"HTTP/1.1 204 No Content\r\n\r\nSTOLEN", status=204, stock=FAILS),
    Row("a length on 204", b"HTTP/1.1 204 No Content\r\nContent-Length: 6\r\n\r\n", status=204, stock=TAKES),
    Row("a body after 304", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\nSTOLEN", status=304, stock=FAILS),
    Row(
        "a length on an interim answer",
        b"HTTP/1.1 103 E\r\nContent-Length: 9\r\n\r\n" + _OK + b"Content-Length: 0\r\n\r\n",
        stock=TAKES,
    ),
    Row(
        "a second answer",
        _OK + b"Content-Length: 1\r\n\r\na" + _OK + b"Content-Length: 6\r\n\r\nSTOLEN",
        b"a",
        stock=LEAKS,
    ),
    Row("bytes after the body", _OK + b"Content-Length: 1\r\n\r\naSTOLEN", b"a", stock=FAILS),
    Row("bytes after the last chunk", _CHUNKED + b"1\r\na\r\n0\r\n\r\nSTOLEN", b"a", stock=FAILS),
    Row("an empty line after the last chunk", _CHUNKED + b"1\r\na\r\n0\r\n\r\n\r\n", b"a", stock=FAILS),
    Row(
        "an answer after the last chunk",
        _CHUNKED + b"1\r\na\r\n0\r\n\r\n" + _OK + b"Content-Length: 6\r\n\r\nSTOLEN",
        b"a",
        stock=LEAKS,
    ),
    Row(
        "an answer without content after the last chunk",
        _CHUNKED + b"1\r\na\r\n0\r\n\r\n" + _OK + b"Content-Length: 0\r\n\r\n",
        b"a",
        stock=LEAKS,
    ),
    Row(
        "101 after the last chunk",
        _CHUNKED + b"0\r\n\r\nHTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        stock=FAILS,
    ),
    Row(
        "a length and chunks",
        _OK + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        REFUSED,
        stock=TAKES,
    ),
    Row("differing lengths", _OK + b"Content-Length: 2\r\nContent-Length: 4\r\n\r\nabcd", REFUSED),
    Row("a list of lengths", _OK + b"Content-Length: 2, 2\r\n\r\nab", REFUSED, stock=TAKES),
    Row("a signed length", _OK + b"Content-Length: +2\r\n\r\nab", REFUSED),
    Row("a negative length", _OK + b"Content-Length: -2\r\n\r\nab", REFUSED),
    Row("a length beyond all bounds", _OK + b"Content-Length: 18446744073709551618\r\n\r\nab", REFUSED, stock=WAITS),
    Row("a coding before the chunks", _OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", REFUSED),
    Row("chunked twice", _OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", REFUSED),
    Row("an unknown coding", _OK + b"Transfer-Encoding: identity\r\n\r\nab", REFUSED),
    Row("chunks in HTTP/1.0", b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", REFUSED, stock=TAKES),
    Row("101 unasked", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", REFUSED),
    Row("a space before the colon", _OK + b"Content-Length : 2\r\n\r\nab", REFUSED),
    Row("a folded field", _OK + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n", REFUSED, stock=TAKES),
    Row("a bare LF", _OK + b"X: a\nContent-Length: 0\r\n\r\n", REFUSED, stock=TAKES),
    Row("a bare CR in a value", _OK + b"X: a\rb\r\nContent-Length: 0\r\n\r\n", REFUSED),
    Row("a control byte in a value", _OK + b"X: a\x01\r\nContent-Length: 0\r\n\r\n", REFUSED, stock=TAKES),
    Row("NUL in a value", _OK + b"X: a\x00\r\nContent-Length: 0\r\n\r\n", REFUSED),
    Row("a field without a name", _OK + b": a\r\nContent-Length: 0\r\n\r\n", REFUSED),
    Row("a line without a colon", _OK + b"what\r\nContent-Length: 0\r\n\r\n", REFUSED),
    Row("an empty line first", b"\r\n" + _OK + b"Content-Length: 0\r\n\r\n", REFUSED),
    Row("another version", b"HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n", REFUSED, stock=TAKES),
    Row("another protocol", b"SSH-2.0-OpenSSH_9.2\r\n", REFUSED, stock=WAITS),
    Row("a head of 70,000 bytes", _OK + b"X: " + b"a" * 70_000 + b"\r\n\r\n", REFUSED, stock=WAITS),
    Row("a field without end", _OK + b"X: " + b"a" * 70_000, REFUSED, stock=WAITS),
    Row("garbage without end", b"what?", REFUSED, stock=WAITS),
    Row("300 fields", _OK + b"X: a\r\n" * 300 + b"Content-Length: 0\r\n\r\n", REFUSED, stock=TAKES),
    Row("interim answers without end", b"HTTP/1.1 100 Continue\r\n\r\n" * 50, REFUSED, stock=WAITS),
    Row("garbage instead of chunks", _CHUNKED + b"what?\r\nhello\r\n0\r\n\r\n", CUT),
    Row("a negative chunk", _CHUNKED + b"-1\r\nhello\r\n0\r\n\r\n", CUT),
    Row("a chunk with a prefix", _CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n", CUT),
    Row("a chunk longer than it says", _CHUNKED + b"2\r\nhello\r\n0\r\n\r\n", CUT),
    Row("a chunk line that ends in LF", _CHUNKED + b"5\nhello\r\n0\r\n\r\n", CUT),
    Row("a chunk beyond all bounds", _CHUNKED + b"1" + b"0" * 16 + b"\r\nhello", CUT, stock=WAITS),
    Row("a trailer that is no field", _CHUNKED + b"0\r\nX : 1\r\n\r\n", CUT),
    Row("an extension without end", _CHUNKED + b"5;" + b"a" * 200_000 + b"\r\nhello\r\n0\r\n\r\n", CUT),
    Row("an old answer with a length", b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
    Row("a farewell", _OK + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
    Row("a farewell among others", _OK + b"Connection: Keep-Alive, CLOSE\r\nContent-Length: 5\r\n\r\nhello", b"hello"),
)
