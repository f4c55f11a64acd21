"""The weather as it goes from the process that knows it to the workers: a text that is searched and never parsed whole.

    38.75,-9.25 {"until":1795360800.0,"series":[[1795350000.0,"clear",19.0,19.5,3.0,true]]}
    59.75,10.75 {"until":1795360800.0,"series":[[since, weather, temperature, feels_like, wind, is_day], …]}

One line a cell, in the order of their names. A worker takes a new sheet as it is, whatever it holds: fifty thousand
cells cost it the reading of a file. Only the line of a cell that a visitor is in is found, by halves, and understood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson

from edge.signals.weather.reading import Reading

_FIELDS: Final = ("weather", "temperature", "feels_like", "wind", "is_day")
_REMEMBERED: Final = 4096
"""Cells whose line is kept as it was understood."""


@dataclass(frozen=True, slots=True)
class Told:
    """The weather of one cell: readings in the order of time, and when they are too old to be told."""

    series: tuple[Reading, ...]
    until: float


class Sheet(Mapping[str, Told]):
    """The cells of such a text, by name. A line that cannot be understood is not there."""

    def __init__(self, text: bytes = b"") -> None:
        self._text = text
        self._known: dict[str, Told | None] = {}

    def __getitem__(self, cell: str) -> Told:
        """What is told of a cell. Raises KeyError where nothing is."""
        if cell not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[cell] = self._found(cell)
        told = self._known[cell]
        if told is None:
            raise KeyError(cell)
        return told

    def __iter__(self) -> Iterator[str]:
        """The names of all cells, in order."""
        return (line.partition(b" ")[0].decode() for line in self._text.splitlines())

    def __len__(self) -> int:
        return self._text.count(b"\n")

    def _found(self, cell: str) -> Told | None:
        line = _line(self._text, cell.encode("utf-8", "replace") + b" ")
        try:
            return _told(orjson.loads(line))
        except (KeyError, TypeError, ValueError):
            return None


def whole(text: bytes) -> dict[str, Told]:
    """All cells of such a text, understood at once; lines that cannot be are left out."""
    found = {}
    for line in text.splitlines():
        cell, _, document = line.partition(b" ")
        with suppress(KeyError, TypeError, ValueError):
            found[cell.decode()] = _told(orjson.loads(document))
    return found


def written(weather: Mapping[str, Told]) -> bytes:
    """The sheet of this weather."""
    lines = (cell.encode() + b" " + orjson.dumps(_plain(told)) + b"\n" for cell, told in weather.items())
    return b"".join(sorted(lines))


def _line(text: bytes, key: bytes) -> bytes:
    """What stands behind a key at the beginning of a line, found by halves; empty where no line has it."""
    low, high = 0, len(text)  # the line begins in [low, high), and both are beginnings of lines
    while low < high:
        start = text.rfind(b"\n", low, (low + high) // 2) + 1 or low
        end = text.find(b"\n", start) + 1 or len(text)
        if text.startswith(key, start):
            return text[start + len(key) : end]
        if text[start : start + len(key)] < key:
            low = end
        else:
            high = start
    return b""


def _plain(told: Told) -> dict[str, Any]:
    rows = [[reading.since, *(getattr(reading, name) for name in _FIELDS)] for reading in told.series]
    return {"until": told.until, "series": rows}


def _told(document: Mapping[str, Any]) -> Told:
    rows = (dict(zip(("since", *_FIELDS), row, strict=True)) for row in document["series"])
    return Told(tuple(Reading(**row) for row in rows), float(document["until"]))
