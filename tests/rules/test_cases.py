"""Broken files: each is a valid file with one thing damaged, and the message names the line and the remedy.

The valid files and the damages are data, in `cases/`.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from rules.compile import vocabulary
from rules.lint import advice, lint
from rules.load import load
from rules.problem import Problem

CASES = Path(__file__).parent / "cases"
TODAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Case:
    """One damage: what is replaced with what, on which line the message must stand, and what it must say."""

    name: str
    file: str
    text: str
    line: int
    says: tuple[str, ...]  # one of these
    severity: str


def _case(name: str, plain: dict[str, Any]) -> Case:
    file = plain.get("base", "whole") + ".yaml"
    whole = (CASES / file).read_text()
    assert whole.count(plain["replace"]) == 1, f"{name}: what is replaced must stand in {file} exactly once"
    before, _, after = whole.partition(plain["replace"])
    line = plain.get("line", before.count("\n") + 1 + _same_lines(plain) + plain.get("down", 0))
    says = tuple(plain["says"].split("|"))
    return Case(name, file, before + plain["with"] + after, line, says, plain.get("severity", "error"))


def _same_lines(plain: dict[str, Any]) -> int:
    """Lines at the beginning of the damage that are not damaged."""
    pairs = zip(plain["replace"].split("\n")[:-1], plain["with"].split("\n"), strict=False)
    return next((at for at, (old, new) in enumerate(pairs) if old != new), 0) if "down" not in plain else 0


def _read() -> Iterator[Case]:
    for file in sorted(CASES.glob("*.toml")):
        for name, plain in tomllib.loads(file.read_text()).items():
            yield _case(name, plain)


ALL = list(_read())


def _problems(folder: Path, case: Case) -> list[Problem]:
    copytree(CASES / "heroes", folder / "heroes")
    (folder / case.file).write_bytes(case.text.encode())
    return _checked(folder)


def _checked(folder: Path) -> list[Problem]:
    """What `windsock check` says of a folder, but for keys that nothing uses yet."""
    loaded = load(folder, today=TODAY)
    problems = [problem for problem in loaded.problems if "not used yet" not in problem.message]
    if loaded.document is not None:
        problems += advice(folder, lint(loaded.document, vocabulary(loaded.document["site"]), TODAY))
    assert (loaded.document is None) == any(problem.severity == "error" for problem in problems)
    return problems


def test_the_undamaged_files_have_no_problem() -> None:
    assert _checked(CASES) == []


def test_there_are_many_and_each_has_a_name_of_its_own() -> None:
    assert sum(case.severity == "error" for case in ALL) >= 250
    assert Counter(case.name for case in ALL).most_common(1)[0][1] == 1


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_damaged_file_is_reported_on_its_line_with_the_remedy(case: Case, tmp_path: Path) -> None:
    problems = _problems(tmp_path, case)
    assert {problem.severity for problem in problems} == {case.severity}
    at_the_place = [each for each in problems if each.file == case.file and each.line == case.line]
    assert any(word in f"{each.message}; {each.hint}" for each in at_the_place for word in case.says), problems
    assert all(each.hint for each in problems)
    assert len(problems) <= 2
