"""What a browser says of itself in client hints (User-Agent Client Hints, W3C community draft).

Only the three that Chromium sends unasked are read. They are structured fields (RFC 9651), read with a tolerant scan:
a hint that cannot be read counts as absent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST: Final = 512
"""Bytes of each hint that are read."""

_STRING: Final = re.compile(rb'"((?:[^"\\]|\\.)*)(?:"|\\?\Z)', re.DOTALL)  # matches from any quote: no second tries


@dataclass(frozen=True, slots=True)
class Hints:
    """The hints of one request; empty or None where there is none."""

    brands: tuple[str, ...] = ()
    platform: str = ""
    mobile: bool | None = None


NONE: Final = Hints()


@lru_cache(maxsize=1024)
def parse(brands: bytes, platform: bytes, mobile: bytes) -> Hints:
    """`Sec-CH-UA`, `Sec-CH-UA-Platform` and `Sec-CH-UA-Mobile` as they came; empty for a missing one."""
    if not (brands or platform or mobile):
        return NONE
    named = _STRING.match(platform.strip())
    return Hints(
        brands=tuple(_text(string) for string in _STRING.findall(brands)),
        platform=_text(named[1]) if named else "",
        mobile={b"?1": True, b"?0": False}.get(mobile.strip()),
    )


def _text(string: bytes) -> str:
    return string.replace(b"\\", b"").decode("ascii", "replace")
