"""The language a visitor reads best."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

LONGEST: Final = 1024
"""Bytes of an Accept-Language field that are read."""

_RANGE: Final = re.compile(
    rb"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?"
)


@lru_cache(maxsize=1024)
def best(accept_language: bytes) -> str | None:
    """The primary subtag with the highest weight, in lower case; of equal ones the first; None when there is none.

    Takes an Accept-Language field value of at most `LONGEST` bytes (RFC 9110, section 12.5.4). `*`, weights of zero
    and whatever is not a language range are passed over.
    """
    chosen, weight = None, 0.0
    for item in accept_language.split(b","):
        found = _RANGE.fullmatch(item)
        if found is None:
            continue
        own = float(found[2]) if found[2] else 1.0
        if own > weight:
            chosen, weight = found[1].decode("ascii").lower(), own
    return chosen
