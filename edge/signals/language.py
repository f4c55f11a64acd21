"""The language a visitor reads best, among those that the site speaks of."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from rules.words import ONE_LANGUAGE

LONGEST: Final = 1024
"""Bytes of an Accept-Language field that are read."""

REMEMBERED: Final = 1024
"""Fields whose language is kept."""

_RANGE: Final = re.compile(
    rb"\s*([A-Za-z]{2,3})(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*[qQ]\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)\s*)?"
)


@lru_cache(maxsize=REMEMBERED)
def best(accept_language: bytes, offered: tuple[str, ...] = ()) -> str | None:
    """The language with the highest weight among those offered; if none of them is asked for, among all.

    Takes an Accept-Language field value of at most `LONGEST` bytes (RFC 9110, section 12.5.4), and compares primary
    subtags: `de-AT` asks for `de`, and `nb` and `nn` are `no`, as in rules. Of equal weights the first counts. `*`,
    weights of zero and whatever is not a language range are passed over. None when nothing is left.
    """
    asked = _asked(accept_language)
    spoken = [each for each in asked if each[0] in offered]
    return max(spoken or asked, key=lambda each: each[1], default=(None, 0.0))[0]


def _asked(field: bytes) -> list[tuple[str, float]]:
    """Primary subtags as rules name them, with their weights above zero, in the order in which they stand."""
    found = []
    for item in field.split(b","):
        range_ = _RANGE.fullmatch(item)
        weight = 0.0 if range_ is None else float(range_[2] or 1.0)
        if range_ is not None and weight > 0:
            name = range_[1].decode("ascii").lower()
            found.append((ONE_LANGUAGE.get(name, name), weight))
    return found
