"""What the marketer's own tests ask."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.load import load

FILE = """
experience: pier
purpose: content
where: [{where}]
slot: h1
variants: {{usual: original, b: {{text: {text}}}}}
choose: [{{when: {{{when}}}, show: b}}]
tests: [{{given: {{{given}}}, expect: {expect}}}]
"""
SITE = """
timezone: Europe/Oslo
places: {bergen: {name: Bergen, at: [60.39, 5.32], country: "NO", labels: {kind: coast}}}
about: {"/to/{place}": "{place}", /pier: bergen}
"""


def said(folder: Path, when: str, given: str, where: str = "/", text: str = "B", expect: str = "b") -> str:
    """What is wrong with one test."""
    (folder / "site.yaml").write_text(SITE)
    (folder / "x.yaml").write_text(FILE.format(when=when, given=given, where=where, text=text, expect=expect))
    problems = [problem for problem in load(folder).problems if problem.severity == "error"]
    return problems[0].message if problems else ""


@pytest.mark.parametrize(
    ("when", "given"),
    [
        ("daypart: evening", "hour: 20"),
        ("weekend: true, month: dec, season: winter", "date: 2026-12-26"),
        ("city: Seattle", "city: SEATTLE"),
        ('city: "sÃO*"', "city: São Paulo"),
        ("language: no", "language: nb"),
        ("language: nn", "language: no"),
    ],
)
def test_it_holds_as_it_would_for_a_visitor(when: str, given: str, tmp_path: Path) -> None:
    assert said(tmp_path, when, given) == ""


def test_on_another_page_there_is_the_default(tmp_path: Path) -> None:
    assert said(tmp_path, "hour: 8", "hour: 8, path: /foo", expect="usual") == ""
    assert "path=/foo is outside `where`" in said(tmp_path, "hour: 8", "hour: 8, path: /foo")


def test_on_a_page_of_where_choose_is_asked(tmp_path: Path) -> None:
    assert said(tmp_path, "hour: 8", "hour: 8, path: /a/b", where='/, "/a/*"') == ""


def test_a_fact_of_a_place_that_nobody_gives_is_unknown(tmp_path: Path) -> None:
    told = said(tmp_path, "hour: 8", "hour: 8", text='"{place.name}"')
    assert "nothing is known to stand for `{place.name}`" in told


@pytest.mark.parametrize(
    ("where", "given"),
    [
        ("/", "place.name: Bergen"),
        ('"/to/{slug}"', "path: /to/bergen"),  # the page is about it
        ("/pier", "os: ios"),  # the only page there is
    ],
)
def test_a_fact_of_a_place_is_given_or_known_from_the_page(where: str, given: str, tmp_path: Path) -> None:
    assert said(tmp_path, "hour: 8", f"hour: 8, {given}", where=where, text='"{place.name}"') == ""


def test_labels_and_countries_of_places_are_known_too(tmp_path: Path) -> None:
    assert said(tmp_path, "place.kind: coast, place.country: no", "path: /to/bergen", where='"/to/{slug}"') == ""


def test_what_where_catches_is_known_without_a_path(tmp_path: Path) -> None:
    assert said(tmp_path, "hour: 8", "hour: 8", where='"/to/{slug}"', text='"{slug}"') == ""


def test_what_only_another_pattern_catches_is_unknown(tmp_path: Path) -> None:
    told = said(tmp_path, "hour: 8", "hour: 8, path: /a", where='"/to/{slug}", /a', text='"{slug}"')
    assert "nothing is known to stand for `{slug}`" in told


def test_who_names_one_too_many_is_told_which(tmp_path: Path) -> None:
    assert "also names `usual`" in said(tmp_path, "hour: 8", "hour: 8", expect="[usual, b]")
