"""`windsock model`, as it is typed."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from edge.cli import run
from edge.events.log import Log
from edge.live.published import publish
from rules.load import load
from tests.edge.learning.lesson import KEY, Lesson, put, rules, shown, visits

RATES = {"a": 0.03, "b": 0.1, "c": 0.03}


@pytest.fixture(autouse=True)
def _after_some_visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which an edge has run and learned, and runs no more."""
    monkeypatch.chdir(tmp_path)
    now = time.time() - 300
    with Log(tmp_path / "windsock.db", "normal") as log:
        visits(log, 600, RATES, now)
        Lesson(log, rules(tmp_path / "rules"), now).until(now + 200)
    publish(load(tmp_path / "rules").document or {}, tmp_path / "windsock.edition.json")


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What it prints, when all is well."""
    assert run(["model", *arguments]) == 0
    return capsys.readouterr().out


def learned(capsys: pytest.CaptureFixture[str]) -> int:
    """Exposures of which the models that serve know."""
    told = json.loads(said(capsys, "show", "--json"))
    return int(sum(each["visits"] for each in told["models"][0]["variants"]))


def test_people_are_told_what_was_learned(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, "show", "hero")
    assert "hero: visitor by device; 600 exposures learned" in told
    assert "mobile: a " in told


def test_what_a_visitor_made_up_tells_the_terminal_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = time.time()
    with Log(tmp_path / "windsock.db", "normal") as log:
        put(log, [shown("made-up.0", at=at, cell=("\x1b[2J\x1b[31mbought\n by nobody",))])
    told = said(capsys, "show", "hero")
    assert "\\x1b[2J\\x1b[31mbought\\n by nobody: a " in told
    assert "\x1b" not in told


def test_programs_are_told_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, "show", "--json"))
    assert told["models"][0]["model"] == KEY
    assert learned(capsys) == 600


def test_what_is_reset_is_forgotten_at_once_where_no_edge_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "reset", "hero") == "hero forgets all that it has learned\n"
    assert learned(capsys) == 0
    assert "reset" in said(capsys, "show")


def test_what_came_since_a_moment_is_forgotten_and_the_rest_learned_again(capsys: pytest.CaptureFixture[str]) -> None:
    with Log(Path("windsock.db"), "normal") as log:
        visits(log, 100, {"c": 0.9}, time.time() - 200, name="bot")
    said(capsys, "reset", "hero", "--since", "3m")
    assert 600 <= learned(capsys) < 700


def test_an_earlier_snapshot_serves_until_it_is_released(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "reset", "hero")
    number = json.loads(said(capsys, "show", "--json"))["snapshots"][-1]["number"]
    assert "serve until windsock model rollback --release" in said(capsys, "rollback", str(number))
    assert learned(capsys) == 600
    assert said(capsys, "rollback", "--release") == "the newest snapshot serves\n"
    assert learned(capsys) == 0


def test_what_is_exported_can_be_imported(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "export", "models.json") == "1 model in models.json\n"
    assert KEY in said(capsys, "import", "models.json")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["shwo"], "a model cannot 'shwo'; did you mean show?"),
        (["show", "heroo"], "nothing is learned of an experience `heroo`; did you mean `hero`?"),
        (["show", "--since", "1h"], "--since belongs to windsock model reset"),
        (["reset", "--release"], "--release belongs to windsock model rollback"),
        (["reset"], "write windsock model reset EXPERIENCE"),
        (["reset", "hero", "--since", "yesterday"], "--since is 'yesterday'"),
        (["reset", "hero", "--since", "2999-01-01"], "--since is no moment that has been"),
        (["rollback", "x"], "'x' is no snapshot's number"),
        (["rollback", "99999"], "snapshot 99999 is not kept"),
        (["rollback", "3", "--release"], "--release takes no number"),
        (["export"], "write windsock model export FILE"),
        (["export", "no/such/folder"], "no/such/folder: No such file or directory"),
        (["import", "none"], "none: No such file or directory"),
        (["import", "windsock.db"], "this is no file that windsock model export has written"),
        (["show", "--store", "memory:"], "this store is no file"),
        (["show", "--store", "sqlite:///none.db"], "there is no event log at none.db"),
        (
            ["show", "--store", "sqlite:///rules/0.yaml"],
            "the event log rules/0.yaml cannot be used at the moment (file is not a",
        ),
    ],
)
def test_bad_input_gets_one_line(arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["model", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"windsock model: {told}")
    assert captured.err.count("\n") == 1
    assert "defect" not in captured.err
