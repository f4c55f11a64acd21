"""Warnings about files that are sound. Most are data, in `cases/`; here is what one file cannot show."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rules.compile import vocabulary
from rules.lint import advice, lint
from rules.load import load
from rules.problem import Problem
from tests.rules.hero import HERO

TODAY = date(2026, 11, 22)
SITE = Path(__file__).parents[2] / "rules"


def warnings(folder: Path, today: date = TODAY, **files: str) -> tuple[Problem, ...]:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    loaded = load(folder)
    assert loaded.document is not None, loaded.problems
    return advice(folder, lint(loaded.document, vocabulary(loaded.document["site"]), today))


def test_a_file_without_a_blemish_is_told_nothing(tmp_path: Path) -> None:
    assert warnings(tmp_path, hero=HERO) == ()


@pytest.mark.parametrize("folder", ["site", "starter"])
def test_the_folders_that_are_shipped_are_told_nothing(folder: str) -> None:
    assert warnings(SITE / folder) == ()


def test_a_warning_does_not_keep_a_file_from_being_served(tmp_path: Path) -> None:
    (problem,) = warnings(tmp_path, hero=HERO.replace("b: {text: B}", "b: {text: B}, c: {text: C}"))
    assert (problem.severity, problem.line) == ("warning", 5)


def test_problems_stand_in_the_order_of_files_and_lines(tmp_path: Path) -> None:
    two = HERO.replace("b: {text: B}", "b: {text: You are in Oslo}, c: {text: C}") + "  - show: a\n  - show: b\n"
    found = warnings(tmp_path, b=two, a=two.replace("hero", "other").replace("h1", "h2"))
    assert [(each.file, each.line) for each in found] == [
        *(("a.yaml", line) for line in (5, 5, 10)),
        *(("b.yaml", line) for line in (5, 5, 10)),
    ]


def test_after_an_entry_for_everybody_the_next_one_is_told_and_no_more(tmp_path: Path) -> None:
    (problem,) = warnings(tmp_path, hero=HERO + "  - show: a\n  - show: b\n  - show: a\n")
    assert (problem.line, problem.message) == (
        10,
        "no visitor gets to this entry: entry 2 has no `when` and takes everybody",
    )


@pytest.mark.parametrize(
    ("own", "site"),
    [
        ("holdout: 5%", ""),
        ("", "holdout: 2%"),
        ("choose: [{split: {a: 50, b: 50}}]", ""),
        ("choose: [{learn: [a, b]}]", ""),
    ],
)
def test_a_guardrail_has_something_to_compare_with_by_a_holdout_or_a_draw_with_the_default(
    own: str, site: str, tmp_path: Path
) -> None:
    file = HERO if "choose" not in own else HERO.partition("choose:")[0]
    file += f"{own}\ngoal: click h1\nnot_worse: [bounce]\n"
    assert warnings(tmp_path, hero=file, site=f"timezone: Europe/Oslo\n{site}\n") == ()


def test_the_days_of_an_experience_are_counted_to_the_given_date(tmp_path: Path) -> None:
    started = HERO + "starts: 2026-08-24\n"
    assert warnings(tmp_path, date(2026, 11, 22), hero=started) == ()
    (problem,) = warnings(tmp_path, date(2026, 11, 23), hero=started)
    assert "91 days" in problem.message


def test_an_experience_that_ends_today_is_still_seen(tmp_path: Path) -> None:
    ending = HERO + "starts: 2026-08-24\nends: 2026-11-22\n"
    assert warnings(tmp_path, date(2026, 11, 22), hero=ending) == ()
    (problem,) = warnings(tmp_path, date(2026, 11, 23), hero=ending)
    assert "it ended on 2026-11-22" in problem.message


def test_the_sites_own_words_are_understood(tmp_path: Path) -> None:
    site = "dayparts: {lunch: 11-14}\nsignals: {mood: {pushed: true, values: [calm, busy]}}\n"
    entries = (
        "  - when: {daypart: lunch, mood: calm}\n    show: b\n  - when: {mood: [calm], daypart: lunch}\n    show: a\n"
    )
    (problem,) = warnings(tmp_path, hero=HERO + entries, site=site)
    assert (problem.line, problem.message) == (
        11,
        "no visitor gets to this entry: entry 2 takes everybody whom it is for",
    )


def test_markup_in_a_file_is_looked_at_and_told_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "rain.html").write_text("<h1>Rain\n<img src=/rain.jpg>\n</h1>")
    (problem,) = warnings(tmp_path, hero=HERO.replace("{text: B}", "{file: rain.html}"))
    assert problem.line == 5
    assert "line 2 of the markup" in problem.message
