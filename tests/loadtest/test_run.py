"""Locust without its web page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from loadtest import run
from loadtest.run import RunError, command


def test_the_command_line_is_one_that_a_person_could_type() -> None:
    line = command("http://127.0.0.1:8080", 30, 90, "/", Path("folder/stats.json"))
    assert line[:5] == [sys.executable, "-P", "-m", "locust", "-f"]
    assert Path(line[5]).name == "locustfile.py"
    assert " ".join(line[6:]) == (
        "--host http://127.0.0.1:8080 --users 30 --spawn-rate 10 "
        "--headless --run-time 90s --only-summary --json-file folder/stats --start-page /"
    )


def test_without_a_start_page_each_persona_has_its_own() -> None:
    assert "--start-page" not in command("http://127.0.0.1:8080", 1, 1, "", Path("stats.json"))


def test_when_locust_cannot_run_its_last_line_says_why() -> None:
    with pytest.raises(RunError, match=r"^Locust did not run: .*argument --start-page"):
        run.run("http://127.0.0.1:9", 1, 1, start="--nonsense")


@pytest.mark.parametrize("name", ["locust.py", "loadtest.py", "locustfile.py", "locust.conf"])
def test_what_lies_in_the_working_directory_plays_no_part(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text("raise SystemExit('not ours')")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(RunError, match=r"argument --start-page"):  # it gets as far as its own command line
        run.run("http://127.0.0.1:9", 1, 1, start="--nonsense")


def test_progress_goes_up_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    monkeypatch.setattr(run, "command", lambda *_: [sys.executable, "-c", "import time; time.sleep(0.8)"])
    with pytest.raises(RunError, match="it said nothing"):
        run.run("http://127.0.0.1:9", 1, 0.3, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
