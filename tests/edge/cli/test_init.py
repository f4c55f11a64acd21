from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.cli import run
from rules.load import load
from rules.schema import schema


def test_it_makes_a_folder_that_passes_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = tmp_path / "deep" / "rules"
    assert run(["init", str(made)]) == 0
    assert sorted(path.name for path in made.iterdir()) == ["hello.yaml", "site.yaml", "windsock.schema.json"]
    assert load(made).problems == ()
    assert run(["check", str(made)]) == 0
    assert "next: windsock check" in capsys.readouterr().out


def test_its_schema_is_the_one_that_files_refer_to(tmp_path: Path) -> None:
    run(["init", str(tmp_path)])
    assert json.loads((tmp_path / "windsock.schema.json").read_text()) == schema()
    assert "$schema=windsock.schema.json" in (tmp_path / "hello.yaml").read_text().splitlines()[0]


@pytest.mark.parametrize("name", ["hello.yaml", "site.yaml", "windsock.schema.json"])
def test_it_never_overwrites(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text("mine")
    assert run(["init", str(tmp_path)]) == 2
    told = capsys.readouterr()
    assert told.err.count("\n") == 1
    assert f"{name} is already there" in told.err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_a_file_in_the_way_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rules").write_text("x")
    assert run(["init", str(tmp_path / "rules")]) == 2
    assert "is a file" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x")
    assert run(["init", str(tmp_path / "file" / "rules")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
