"""Locust without its web page."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from loadtest import run
from loadtest.run import RunError, command


def test_the_command_line_is_one_that_a_person_could_type() -> None:
    line = command("http://127.0.0.1:8080", 30, 90, "/", Path("folder/stats.json"))
    assert line[:4] == [sys.executable, "-m", "locust", "-f"]
    assert Path(line[4]).name == "locustfile.py"
    assert " ".join(line[5:]) == (
        "--host http://127.0.0.1:8080 --users 30 --spawn-rate 10 "
        "--headless --run-time 90s --only-summary --json-file folder/stats --start-page /"
    )


def test_without_a_start_page_each_persona_has_its_own() -> None:
    assert "--start-page" not in command("http://127.0.0.1:8080", 1, 1, "", Path("stats.json"))


def test_when_locust_cannot_run_its_last_line_says_why() -> None:
    with pytest.raises(RunError, match=r"^Locust did not run: .*argument --start-page"):
        run.run("http://127.0.0.1:9", 1, 1, start="--nonsense")


def test_progress_goes_up_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[float] = []
    monkeypatch.setattr(run, "command", lambda *_: [sys.executable, "-c", "import time; time.sleep(0.8)"])
    with pytest.raises(RunError, match="it said nothing"):
        run.run("http://127.0.0.1:9", 1, 0.3, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
