"""What nobody should send: pieces of fields, which are sent over and over until 8 KB are full."""

from __future__ import annotations

from typing import Final

SIZE: Final = 8192
"""Bytes of a field; servers refuse longer ones."""

FIELDS: Final = (
    b"user-agent", b"accept-language", b"referer", b"sec-ch-ua", b"sec-ch-ua-platform", b"sec-ch-ua-mobile",
    b"save-data", b"cookie", b"query",
)  # fmt: skip
"""The fields that are read, and the query string."""

PIECES: Final = (
    b"A", b" ", b"%", b"&", b"%41",
    b"%41a", b"+", b"a=&", b"\xff", b"\xff\xfe", b"%FF=%FF&", b'"\\', b'"a",', b"en;q=0.1,",
    b"https://", b"https://a@", b"/../", b";,&=+ ", b"bot", b"abot ", b"aftb ", b"x/1.2.3 ", b"Mozilla/5.0 (",
    b"(; Android ",
    b"; Android 9; ", b"abot", b"PetalBot", b"cubot",
)  # fmt: skip
