"""Cells: a quarter of a degree, all round the world."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.weather.cell import STEP, cell_of, name_of, named

LATITUDES = st.floats(-90, 90)
LONGITUDES = st.floats(-180, 180)


@given(LATITUDES, LONGITUDES)
def test_a_place_is_at_most_half_a_step_from_the_middle_of_its_cell(latitude: float, longitude: float) -> None:
    cell = cell_of(latitude, longitude)
    assert cell is not None
    assert abs(cell[0] - latitude) <= STEP / 2
    assert min(abs(cell[1] - longitude), 360 - abs(cell[1] - longitude)) <= STEP / 2


@given(LATITUDES, LONGITUDES)
def test_a_cell_is_known_by_its_name(latitude: float, longitude: float) -> None:
    cell = cell_of(latitude, longitude)
    assert cell is not None
    assert named(name_of(cell)) == cell


def test_both_sides_of_the_date_line_are_one_cell() -> None:
    assert cell_of(10, 180) == cell_of(10, -180) == cell_of(10, 179.9)


@pytest.mark.parametrize("place", [(91, 0), (math.nan, 0), (0, math.inf), (-90.1, 3)])
def test_what_is_no_place_has_no_cell(place: tuple[float, float]) -> None:
    assert cell_of(*place) is None


@pytest.mark.parametrize("text", ["", "59.75", "59.8,10.75", "a,b", "nan,nan", "59.75,10.75,1", "9" * 50 + ",1"])
def test_any_other_text_names_no_cell(text: str) -> None:
    assert named(text) is None
