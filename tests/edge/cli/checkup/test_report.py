"""What a file calls itself may not write the report."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.cli.checkup.report import Format, report
from rules.load import load

FORGED = "x\nforged.yaml:1:1: error: none\x1b[2J.yaml"


@pytest.mark.parametrize("output", ["text", "github"])
def test_a_file_name_cannot_forge_a_line_nor_move_the_cursor(
    tmp_path: Path, output: Format, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FORGED).write_text("experience: x\n")
    report(tmp_path, load(tmp_path), output)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\\x1b[2J" in printed
    assert [line for line in printed.splitlines() if line.startswith("forged")] == []


def test_on_a_terminal_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FORGED).write_text("experience: x\n")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    report(tmp_path, load(tmp_path), "text")
    printed = capsys.readouterr().out
    assert "\x1b[2J" not in printed
    assert [line for line in printed.splitlines() if line.startswith("forged")] == []


def test_letters_of_every_language_stay_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "høst-秋.yaml").write_text("experience: x\n")
    report(tmp_path, load(tmp_path), "text")
    assert "høst-秋.yaml:1:1: error" in capsys.readouterr().out
