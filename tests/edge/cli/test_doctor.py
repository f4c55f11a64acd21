"""`windsock doctor`: one line for each thing, and an exit code that a script can use."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.cli import run
from tests.edge.cli.site import RULES, Answer, serving


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in [name for name in os.environ if name.startswith("WINDSOCK_")]:
        monkeypatch.delenv(variable)


@pytest.fixture
def site() -> Iterator[str]:
    """A small site."""
    with serving({"/": Answer('<!doctype html><meta charset=utf-8><p id="hero">Hi')}) as origin:
        yield origin.url


@pytest.fixture
def listeners() -> list[str]:
    """Flags for two ports that are free."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        return [
            *("--listen", f"127.0.0.1:{one.getsockname()[1]}"),
            *("--admin", f"127.0.0.1:{two.getsockname()[1]}"),
        ]


def _rules() -> None:
    folder = Path("rules/site")
    folder.mkdir(parents=True)
    (folder / "hero.yaml").write_text(RULES)


def test_where_nothing_fails_the_exit_code_is_0(
    site: str, listeners: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _rules()
    assert run(["doctor", "--origin", site, *listeners]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in lines} <= {"ok", "warn"}
    assert {line.split()[1] for line in lines} == {
        *("origin", "clock", "pages", "hydration", "names", "rules", "place", "weather", "proxies", "ports"),
    }


def test_where_something_fails_the_exit_code_is_1_and_the_rest_is_still_told(
    listeners: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["doctor", *listeners]) == 1
    out = capsys.readouterr().out
    assert "fail  origin" in out
    assert "fail  rules" in out
    assert "ok    proxies" in out


def test_for_programs_the_same_is_json(site: str, listeners: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    _rules()
    run(["doctor", "--origin", site, *listeners, "--json"])
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {"about": "weather", "state": "ok", "text": "off: weather and temperature are unknown"} in findings
    assert {finding["state"] for finding in findings} <= {"ok", "warn", "fail"}


def test_bad_input_is_one_line_and_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--origin", "shop"]) == 2
    assert capsys.readouterr().err.startswith("windsock doctor: flag --origin is 'shop': write the site's URL")


def test_secrets_are_not_printed(listeners: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", *listeners, "--debug-token", "hunter2", "--origin-headers", "A: hunter3", "--json"])
    assert "hunter" not in capsys.readouterr().out


def test_a_setting_whose_part_is_not_built_yet_is_told(
    listeners: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(["doctor", *listeners, "--cache-profile", "strict"])
    assert "warn  settings   flag --cache-profile has no effect in this version" in capsys.readouterr().out
