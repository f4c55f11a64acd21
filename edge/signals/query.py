"""The query string: `query.*` and `utm.*`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from edge.web.read import decoded

LONGEST: Final = 8192
"""Bytes of a query string that are read; what follows is not looked at."""

MOST: Final = 100
"""Parameters that are read."""

LONGEST_NAME: Final = 64
"""Characters of a parameter's name; a longer one is skipped."""

LONGEST_VALUE: Final = 512
"""Characters of a value that are kept."""


_WRITTEN: Final = 12
"""Bytes that one character takes at most: four, and three for each as an escape."""

USUAL: Final = 256
"""Bytes of a query string that is worth remembering; a longer one is rarely sent twice."""


def parse(query_string: bytes) -> dict[str, str]:
    """The first value of each parameter, decoded.

    Total over all bytes: a bad escape stays as it is written, bytes that are not UTF-8 become U+FFFD, and the limits
    above bound the work. Form encoding as in the URL standard, section 5.1 (`+` is a space).
    """
    query: dict[str, str] = {}
    if not query_string:
        return query
    for pair in query_string[:LONGEST].split(b"&", MOST)[:MOST]:
        name, _, value = pair.partition(b"=")
        key = _decode(name) if len(name) <= LONGEST_NAME * _WRITTEN else ""
        if 0 < len(key) <= LONGEST_NAME and key not in query:
            query[key] = _decode(value[: LONGEST_VALUE * _WRITTEN])[:LONGEST_VALUE]
    return query


def signals(query: Mapping[str, str]) -> dict[str, str]:
    """`query.NAME` for each parameter, and `utm.NAME` for each `utm_NAME`."""
    return {name: value for parameter, value in query.items() for name in _names(parameter)}


@lru_cache(maxsize=1024)
def _names(parameter: str) -> tuple[str, ...]:
    """The signals of a parameter: the same text objects for all visitors, since those are in the processor's cache."""
    campaign = parameter.removeprefix("utm_")
    return (f"query.{parameter}", f"utm.{campaign}") if campaign not in ("", parameter) else (f"query.{parameter}",)


def _decode(piece: bytes) -> str:
    return decoded(piece.replace(b"+", b" ") if b"+" in piece else piece)
