"""The weather on its way to the workers: a text that is searched and not parsed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.weather import sheet
from edge.signals.weather.cell import cell_of, name_of
from edge.signals.weather.reading import Reading
from edge.signals.weather.sheet import Sheet, Told, whole, written

RAIN, SNOW = Reading(900.0, weather="rain", temperature=7.0, is_day=True), Reading(1500.0, weather="snow")
CELLS = st.builds(cell_of, st.floats(-90, 90), st.floats(-180, 180)).map(lambda cell: name_of(cell) if cell else "*")
TOLD = st.builds(Told, st.sampled_from([(RAIN,), (RAIN, SNOW), ()]), st.floats(0, 4e9))


@given(st.dictionaries(CELLS | st.just("*"), TOLD, max_size=40), CELLS)
def test_every_cell_is_found_as_it_was_written_and_no_other(weather: dict[str, Told], other: str) -> None:
    found = Sheet(written(weather))
    assert found == weather
    assert len(found) == len(weather)
    assert found.get(other) == weather.get(other)
    assert whole(written(weather)) == weather


def test_nothing_is_known_by_an_empty_sheet() -> None:
    assert Sheet() == {}
    assert Sheet().get("*") is None


@pytest.mark.parametrize("cell", ["", " ", "5", "59.75,10.7", "59.75,10.75 ", "\n", "\ud800", "é"])
def test_a_name_that_is_no_cell_is_not_there(cell: str) -> None:
    assert cell not in Sheet(written({"59.75,10.75": Told((RAIN,), 2000.0), "*": Told((SNOW,), 2000.0)}))


@given(st.binary(max_size=80), st.sampled_from(["59.75,10.75", "*", ""]))
def test_any_bytes_are_a_sheet_in_which_nothing_or_something_is_found(text: bytes, cell: str) -> None:
    Sheet(text + b"\n").get(cell)
    Sheet(b"59.75,10.75 " + text).get(cell)
    whole(b"59.75,10.75 " + text)


def test_taking_fifty_thousand_cells_and_finding_one_understands_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = (f"{row / 4:.2f},{column / 4:.2f}" for row in range(250) for column in range(200))
    text = written(dict.fromkeys(cells, Told((RAIN,), 1.0)))
    understood = []

    def understand(line: bytes) -> dict[str, object]:
        understood.append(line)
        return {"series": [], "until": 2.0}

    monkeypatch.setattr("orjson.loads", understand)
    found = Sheet(text)
    assert [found["30.25,1.50"] for _ in range(3)] == [Told((), 2.0)] * 3
    assert len(understood) == 1


def test_cells_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "_REMEMBERED", 3)
    found = Sheet(written({"*": Told((RAIN,), 2000.0)}))
    for number in range(10):
        assert f"{number}.00,0.00" not in found
    assert len(found._known) <= 3
    assert found["*"].series == (RAIN,)
