"""What the READMEs tell people to type works, or at least exists."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.cli import run
from edge.cli.commands import COMMANDS

ROOT = Path(__file__).parents[1]
FOLDERS = ("edge", "rules", "online_models", "loadtest", "tests")
READMES = [*ROOT.glob("*.md"), *(path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.md")))]
RUNNABLE = ("init", "check", "explain", "schema")
"""What needs no server, no origin and no time."""


def _commands(program: str) -> Iterator[str]:
    """The command lines of that program in fenced shell blocks, and in examples of the command line's README."""
    for readme in READMES:
        text = readme.read_text(encoding="utf-8")
        for block in re.findall(r"```(?:sh|shell|bash|console)\n(.*?)```", text, re.DOTALL):
            for line in block.replace("\\\n", " ").splitlines():
                command = re.sub(r"\s+#.*$", "", line.strip().removeprefix("$ "))
                if command.startswith(f"{program} "):
                    yield command
    if program == "windsock":
        yield from (command.example for command in COMMANDS.values())


WINDSOCK = sorted(set(_commands("windsock")))
MAKE = sorted(set(_commands("make")))


def test_the_readme_starts_with_the_two_commands() -> None:
    first = re.search(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert first
    assert [line.split("#")[0].strip() for line in first[1].splitlines()] == ["make demo", "make test"]


@pytest.mark.parametrize("command", WINDSOCK)
def test_every_flag_that_is_shown_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, name, *arguments = shlex.split(command.partition(" > ")[0])
    assert name in COMMANDS
    assert run([name, "--help"]) == 0
    told = capsys.readouterr().out
    for flag in (argument.partition("=")[0] for argument in arguments if argument.startswith("--")):
        assert f"{flag} " in told


def test_what_needs_no_server_runs_as_it_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["init", "rules/site"]) == 0
    for command in WINDSOCK:
        _, name, *arguments = shlex.split(command.partition(" > ")[0])
        if name in RUNNABLE and name != "init":
            capsys.readouterr()
            assert run([name, *arguments]) == 0, (command, capsys.readouterr())


@pytest.mark.parametrize("command", MAKE)
def test_every_target_of_make_that_is_shown_exists(command: str) -> None:
    assert subprocess.run([*shlex.split(command), "--dry-run"], cwd=ROOT, capture_output=True).returncode == 0
