"""Weather from a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.signals.weather.fixture import ANYWHERE, read


def _file(folder: Path, text: str) -> Path:
    path = folder / "weather.json"
    path.write_text(text)
    return path


def test_any_place_stands_for_its_cell_and_a_star_for_everywhere_else(tmp_path: Path) -> None:
    said = read(_file(tmp_path, '{"47.61,-122.33": {"weather": "rain", "temperature": 7}, "*": {"weather": "clear"}}'))
    assert said[(47.5, -122.25)].signals() == {"weather": "rain", "temperature": 7}
    assert said[ANYWHERE].weather == "clear"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no JSON"),
        ("[]", "no cells"),
        ('{"Oslo": {"weather": "rain"}}', "no place"),
        ('{"*": "rain"}', "may have"),
        ('{"*": {"sky": "blue"}}', "may have"),
        ('{"*": {"weather": "sunny"}}', "no weather"),
        ('{"*": {"temperature": "hot"}}', "cannot be"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as raised:
        read(_file(tmp_path, text))
    assert "\n" not in str(raised.value)
