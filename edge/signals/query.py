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


USUAL: Final = 256
"""Bytes of a query string that is remembered; a longer one is rarely sent twice."""

REMEMBERED: Final = 1024
"""Query strings that are kept."""

_NOTHING: Final[tuple[Mapping[str, str], Mapping[str, str]]] = ({}, {})


def read(query_string: bytes) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What `parse` and `signals` make of a query string."""
    if not query_string:
        return _NOTHING
    return _remembered(query_string) if len(query_string) <= USUAL else _read(query_string)


def _read(query_string: bytes) -> tuple[Mapping[str, str], Mapping[str, str]]:
    parameters = parse(query_string)
    return parameters, signals(parameters)


_remembered: Final = lru_cache(maxsize=REMEMBERED)(_read)


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
        key = _decode(name)
        if 0 < len(key) <= LONGEST_NAME and key not in query:
            query[key] = _decode(value)[:LONGEST_VALUE]
    return query


def signals(query: Mapping[str, str]) -> dict[str, str]:
    """`query.NAME` for each parameter, and `utm.NAME` for each `utm_NAME`."""
    found: dict[str, str] = {}
    for name, value in query.items():
        found["query." + name] = value
        if name.startswith("utm_") and len(name) > len("utm_"):
            found["utm." + name.removeprefix("utm_")] = value
    return found


def _decode(piece: bytes) -> str:
    return decoded(piece.replace(b"+", b" "))
