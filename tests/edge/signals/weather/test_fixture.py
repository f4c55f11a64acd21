"""Weather from a file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.weather.fixture import ANYWHERE, _members, read


def _file(folder: Path, text: str) -> Path:
    path = folder / "weather.json"
    path.write_text(text)
    return path


def test_any_place_stands_for_its_cell_and_a_star_for_everywhere_else(tmp_path: Path) -> None:
    said = read(_file(tmp_path, '{"47.61,-122.33": {"weather": "rain", "temperature": 7}, "*": {"weather": "clear"}}'))
    assert said[(47.5, -122.25)].signals() == {"weather": "rain", "temperature": 7}
    assert said[ANYWHERE].weather == "clear"


@given(st.dictionaries(st.text(max_size=5), st.recursive(st.none() | st.floats(-9, 9) | st.text(max_size=3), st.lists)))
def test_a_file_is_read_as_json_is(members: dict[str, object]) -> None:
    for indent in (None, 2):
        assert dict(_members(json.dumps(members, indent=indent))) == members


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "weather.json")
    with pytest.raises(ValueError, match="no regular file"):
        read(tmp_path / "weather.json")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON"),
        ("[]", "no JSON object of cells"),
        ("{", "no JSON"),
        ('{"*" {}}', "`:` is missing"),
        ('{"*": {} "1,1": {}}', "`,` is missing"),
        ('{"*": {}} {}', "there is more"),
        ("{1: {}}", "no name"),
        ('{"*": {"temperature": NaN}}', "NaN is no number"),
        ('{"*": ' + "[" * 100_000, "no JSON"),
        ('{"Oslo": {"weather": "rain"}}', "no place"),
        ('{"*": "rain"}', "may have"),
        ('{"*": {"sky": "blue"}}', "may have"),
        ('{"*": {"weather": "sunny"}}', "no weather"),
        ('{"*": {"temperature": "hot"}}', "cannot be"),
        ('{"*": {"is_day": []}}', "is_day cannot be"),
        ('{"*": {"is_day": "no"}}', "is_day cannot be"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as raised:
        read(_file(tmp_path, text))
    assert "\n" not in str(raised.value)
