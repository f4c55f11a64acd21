"""The rules that the demo shows: a good example in every file."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from rules.load import load

FOLDER = Path(str(files("rules") / "site"))
FILES = sorted(file for file in FOLDER.glob("*.yaml") if file.name != "site.yaml")

every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def test_the_folder_is_right_and_its_own_tests_hold() -> None:
    loaded = load(FOLDER)
    assert loaded.problems == ()
    assert loaded.document is not None


@every_file
def test_a_file_begins_with_the_schema_line_that_editors_read(file: Path) -> None:
    assert file.read_text("utf-8").startswith("# yaml-language-server: $schema=windsock.schema.json\n# ")


@every_file
def test_a_file_is_named_like_its_experience(file: Path) -> None:
    assert f"\nexperience: {file.stem}\n" in file.read_text("utf-8")


@every_file
def test_a_file_whose_variant_can_be_known_tests_it(file: Path) -> None:
    text = file.read_text("utf-8")
    assert "\ntests:\n" in text or "when:" not in text


def test_every_way_of_delivery_is_shown() -> None:
    text = "".join(file.read_text("utf-8") for file in FILES)
    for way in ("slot: header", "slot: path", "slot: redirect", "html:", "file:", "set:", "text:", "remove:", "after:"):
        assert way in text
