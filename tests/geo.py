"""The geo database of the tests, and the JSON that says what is in it; and databases that are made for a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

DATABASE: Final = Path(__file__).parent / "data" / "GeoIP2-City-Test.mmdb"
SOURCE: Final = DATABASE.with_suffix(".json")
BUILT: Final = 1_700_000_000


def made(kind: str, data: bytes = b"", at: int | None = None) -> bytes:
    """A database in the real format (MaxMind DB 2.0): one node, and the same record for every address, or none.

    `data` is its data section, the record begins `at` there; `BUILT` is when it was made.
    """
    fields: dict[str, bytes] = {
        "binary_format_major_version": b"\xa1\x02",
        "binary_format_minor_version": b"\xa0",
        "build_epoch": b"\x04\x02" + BUILT.to_bytes(4, "big"),
        "database_type": encoded(kind),
        "description": b"\xe0",
        "ip_version": b"\xa1\x06",
        "languages": b"\x00\x04",
        "node_count": b"\xc1\x01",
        "record_size": b"\xa1\x18",
    }
    about = b"".join(encoded(name) + value for name, value in fields.items())
    record = (1 if at is None else 17 + at).to_bytes(3, "big")
    return record * 2 + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + bytes([0xE0 | len(fields)]) + about


def encoded(value: str | Mapping[str, Any]) -> bytes:
    """A text, or a map of up to 28 entries, as the data section has them."""
    if isinstance(value, str):
        raw = value.encode()
        return (bytes([0x40 | len(raw)]) if len(raw) < 29 else bytes([0x5D, len(raw) - 29])) + raw
    return bytes([0xE0 | len(value)]) + b"".join(encoded(key) + encoded(each) for key, each in value.items())


def bomb(depth: int) -> bytes:
    """A database whose one record holds the same thing 2 ** `depth` times, by pointers to pointers."""
    data, last = encoded("boom"), 0
    for _ in range(depth):
        here = len(data)
        data, last = data + b"\x02\x04" + (b"\x38" + last.to_bytes(4, "big")) * 2, here
    return made("GeoLite2-City", data, last)
