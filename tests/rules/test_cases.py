"""Broken files: each is a valid file with one thing damaged, and the message names the line and the remedy.

The valid files and the damages are data, in `cases/`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from rules.load import load
from rules.problem import Problem

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """One damage: what is replaced with what, on which line the message must stand, and what it must say."""

    name: str
    file: str
    text: str
    line: int
    says: tuple[str, ...]  # one of these


def _case(name: str, plain: dict[str, Any]) -> Case:
    file = plain.get("base", "whole") + ".yaml"
    whole = (CASES / file).read_text()
    assert whole.count(plain["replace"]) == 1, f"{name}: what is replaced must stand in {file} exactly once"
    before, _, after = whole.partition(plain["replace"])
    line = plain.get("line", before.count("\n") + 1 + _same_lines(plain) + plain.get("down", 0))
    return Case(name, file, before + plain["with"] + after, line, tuple(plain["says"].split("|")))


def _same_lines(plain: dict[str, Any]) -> int:
    """Lines at the beginning of the damage that are not damaged."""
    pairs = zip(plain["replace"].split("\n")[:-1], plain["with"].split("\n"), strict=False)
    return next((at for at, (old, new) in enumerate(pairs) if old != new), 0) if "down" not in plain else 0


def _cases() -> list[Case]:
    files = sorted(CASES.glob("*.toml"))
    return [_case(name, plain) for file in files for name, plain in tomllib.loads(file.read_text()).items()]


def _errors(folder: Path, case: Case) -> list[Problem]:
    copytree(CASES / "heroes", folder / "heroes")
    (folder / case.file).write_bytes(case.text.encode())
    loaded = load(folder)
    assert loaded.document is None
    return [problem for problem in loaded.problems if problem.severity == "error"]


def test_the_undamaged_files_have_no_problem() -> None:
    assert load(CASES).problems == ()


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.name)
def test_a_damaged_file_is_reported_on_its_line_with_the_remedy(case: Case, tmp_path: Path) -> None:
    errors = _errors(tmp_path, case)
    at_the_place = [error for error in errors if error.file == case.file and error.line == case.line]
    assert any(word in f"{error.message}; {error.hint}" for error in at_the_place for word in case.says), errors
    assert all(error.hint for error in errors)
    assert len(errors) <= 2
