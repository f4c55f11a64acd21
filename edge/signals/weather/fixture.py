"""Weather from a JSON file, for tests, shows and places without a network.

    {"59.75,10.75": {"weather": "rain", "temperature": 4}, "*": {"weather": "clear"}}

Keys are cells as `name_of` writes them, or any place as `latitude,longitude`; `*` holds everywhere else.

The file is read in a thread beside visitors, cell by cell: a parser that takes a large one as a whole lets nobody else
of the process go on until it is done.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from edge.signals.weather.cell import Cell, cell_of
from edge.signals.weather.reading import Reading

ANYWHERE: Final = "*"
_LARGEST: Final = 16 * 2**20
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_FIELDS: Final = frozenset({"weather", "temperature", "feels_like", "wind", "is_day"})

Fixture = Mapping[Cell | str, Reading]


def read(path: Path) -> Fixture:
    """What the file says. Raises ValueError with one line that says what is wrong; OSError."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"{path} is no regular file")  # a pipe would be waited for without end
    if status.st_size > _LARGEST:
        raise ValueError(f"{path} is too large for a file of weather")
    try:
        members = list(_members(path.read_text("utf-8")))
    except (ValueError, RecursionError) as error:
        example = '{"59.75,10.75": {"weather": "rain"}}'
        raise ValueError(f"{path} is no JSON object of cells ({error}); write {example}") from None
    return dict(_entry(path, name, value) for name, value in members)


def _members(text: str) -> Iterator[tuple[str, Any]]:
    """Names and values of a JSON object, one by one. Raises ValueError, and RecursionError for a value too deep."""
    at = _mark(text, "{", 0)
    if text.startswith("}", at):
        return _end(text, at + 1)
    while True:
        name, at = _JSON.raw_decode(text, at)
        if not isinstance(name, str):
            raise ValueError(f"{name!r:.40} is no name")
        value, at = _JSON.raw_decode(text, _mark(text, ":", at))
        yield name, value
        if text.startswith("}", at := _space(text, at)):
            return _end(text, at + 1)
        at = _mark(text, ",", at)


def _mark(text: str, mark: str, at: int) -> int:
    """Where it goes on behind this mark and what space there is around it."""
    at = _space(text, at)
    if not text.startswith(mark, at):
        raise ValueError(f"`{mark}` is missing at character {at}")
    return _space(text, at + 1)


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _end(text: str, at: int) -> None:
    if (at := _space(text, at)) < len(text):
        raise ValueError(f"there is more at character {at}")


def _no_number(written: str) -> float:
    raise ValueError(f"{written} is no number")


def _entry(path: Path, name: str, value: Any) -> tuple[Cell | str, Reading]:
    cell: Cell | str | None = ANYWHERE if name == ANYWHERE else _cell(name)
    if cell is None:
        raise ValueError(f'{path}: "{name[:40]}" is no place; write "59.75,10.75" (latitude, longitude)')
    if not isinstance(value, dict) or not value.keys() <= _FIELDS:
        raise ValueError(f'{path}: "{name[:40]}" may have {", ".join(sorted(_FIELDS))}')
    try:
        return cell, Reading(0, **value)
    except (ValueError, TypeError) as error:
        raise ValueError(f'{path}: "{name[:40]}": {error}') from None


def _cell(name: str) -> Cell | None:
    latitude, comma, longitude = name.partition(",")
    try:
        return cell_of(float(latitude), float(longitude)) if comma else None
    except ValueError:
        return None


_JSON: Final = json.JSONDecoder(parse_constant=_no_number)
