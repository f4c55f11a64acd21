"""Cells: the world in squares of a quarter of a degree, which is near enough to know whether it rains.

A cell is what a weather service is asked about, so no service learns where a visitor is to more than about 28 km.
"""

from __future__ import annotations

import math
from typing import Final

Cell = tuple[float, float]
"""Latitude and longitude of a cell's middle, in degrees."""

STEP: Final = 0.25


def cell_of(latitude: float, longitude: float) -> Cell | None:
    """The cell of a place; None for what is no place. Longitudes go round: 180 is -180."""
    if not (math.isfinite(latitude) and math.isfinite(longitude)) or not -90 <= latitude <= 90:
        return None
    row = min(round((latitude + 90) / STEP), round(180 / STEP))
    column = round((longitude + 180) / STEP) % round(360 / STEP)
    return row * STEP - 90, column * STEP - 180


def name_of(cell: Cell) -> str:
    """A cell as text: `59.75,10.75`."""
    return f"{cell[0]:.2f},{cell[1]:.2f}"


def named(name: str) -> Cell | None:
    """The cell of such a text; None for any other text."""
    latitude, comma, longitude = name.partition(",")
    try:
        cell = cell_of(float(latitude), float(longitude)) if comma and len(name) <= 20 else None
    except ValueError:
        return None
    return cell if cell is not None and name_of(cell) == name else None
