"""The rules that the demo shows: a good example in every file."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from time import time

import pytest

from edge.demo.shop.guide import PLACES, WALKS
from edge.demo.shop.pages import pages, pictures
from rules.lint import warnings
from rules.load import load

FORMS = ("html", "file", "text", "set", "remove", "before", "after", "order")
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
    ways = ("slot: header", "slot: path", "slot: redirect", *(f"{form}:" for form in FORMS))
    assert [way for way in ways if way not in text] == []


def test_there_is_no_warning_either() -> None:
    document = load(FOLDER).document
    assert document is not None
    assert warnings(FOLDER, document, time()) == ()


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("weather-gear", ("city: Seattle", "region: US-CO", "weather: rain")),
        ("cafe-board", ("load: busy", "load: quiet", "place.weather", "place.daypart")),
        ("walk-artwork", ("where: /walk/{slug}", "/art/{slug}-rain.svg")),
        ("place-page", ('slot: ["#place-picture", "#place-headline", "#place-button"]', "{place.name}")),
        ("language-hint", ("language: de", "before:")),
        ("home-rows", ("order:",)),
        ("dark-evenings", ("month:", "holiday", "every:", "event:")),
    ],
)
def test_each_of_the_seven_reference_cases_is_one_file(file: str, named: tuple[str, ...]) -> None:
    text = (FOLDER / f"{file}.yaml").read_text("utf-8")
    assert [one for one in named if one not in text] == []


def test_every_page_and_picture_that_a_rule_names_is_in_the_shop() -> None:
    there = {*pages("compact"), *pictures()}
    text = "".join(file.read_text("utf-8").partition("\ntests:")[0] for file in [*FILES, *FOLDER.glob("heroes/*")])
    named = re.findall(r'(?:href="|src: "?|path: |redirect: )(/[a-z0-9/.-]*(?:\{\w+\}[a-z0-9.-]*)?)', text)
    slugs = {"slug": WALKS, "place": PLACES}
    for one in named:
        found = re.search(r"\{(\w+)\}", one)
        filled = [one.replace(found[0], each.slug) for each in slugs[found[1]]] if found else [one]
        assert [path for path in filled if path not in there] == []
