"""The command line of a bench."""

from __future__ import annotations

import shutil

import pytest

from loadtest.bench import __main__ as command
from loadtest.bench import cores, missing


def test_a_target_that_is_none_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--only", "apache"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "there is no target 'apache'; choose from nginx, bare, own" in error


def test_a_program_that_is_missing_is_named_with_the_way_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(missing.BenchError, match="needs wrk, which is not installed: apt-get install wrk"):
        missing.program("wrk")


def test_one_core_is_too_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {3})
    with pytest.raises(missing.BenchError, match="two cores"):
        cores.pinned(["true"], cores.SERVER)


@pytest.mark.parametrize("wrong", ["0", "-1", "1.5", "many"])
def test_rounds_are_counted_in_whole_numbers(wrong: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["--rounds", wrong])
    assert "is not a whole number above 0" in capsys.readouterr().err
