"""Weather from a JSON file, for tests, shows and places without a network.

    {"59.75,10.75": {"weather": "rain", "temperature": 4}, "*": {"weather": "clear"}}

Keys are cells as `name_of` writes them, or any place as `latitude,longitude`; `*` holds everywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from edge.signals.weather.cell import Cell, cell_of
from edge.signals.weather.reading import Reading

ANYWHERE: Final = "*"
_LARGEST: Final = 16 * 2**20
_FIELDS: Final = frozenset({"weather", "temperature", "feels_like", "wind", "is_day"})

Fixture = Mapping[Cell | str, Reading]


def read(path: Path) -> Fixture:
    """What the file says. Raises ValueError with one line that says what is wrong; OSError."""
    if path.stat().st_size > _LARGEST:
        raise ValueError(f"{path} is too large for a file of weather")
    try:
        plain = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{path} is no JSON: {error}") from None
    if not isinstance(plain, dict):
        raise ValueError(f'{path} has no cells; write {{"59.75,10.75": {{"weather": "rain"}}}}')
    return dict(_entry(path, name, value) for name, value in plain.items())


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
