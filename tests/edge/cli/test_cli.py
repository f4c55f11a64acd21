"""The command line: what every command owes to who types it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge import __version__
from edge.cli import run
from edge.cli.commands import COMMANDS, LATER

WINDSOCK = [sys.executable, "-m", "edge.cli"]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in [name for name in os.environ if name.startswith("WINDSOCK_")]:
        monkeypatch.delenv(variable)


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"windsock {__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"]])
def test_help_lists_every_command(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 0
    out = capsys.readouterr().out
    assert all(f"  {name} " in out for name in COMMANDS)


def test_help_starts_without_loading_what_commands_need() -> None:
    program = (
        "import sys; from edge.cli import run; run(['--help']); sys.exit(bool({'httpx', 'rich'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True).returncode == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_shows_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--help"]) == 0
    usage, _, rest = capsys.readouterr().out.partition("\n")
    assert usage.startswith(f"Usage: windsock {name}")
    assert f"windsock {name}" in rest


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["chekc"], "windsock: there is no command 'chekc'; did you mean check?"),
        (["zzz"], "windsock: there is no command 'zzz'; windsock --help lists the commands"),
        (["--verison"], "windsock: there is no flag --verison; did you mean --version?"),
        (["serve", "--orign", "x"], "windsock serve: there is no flag --orign; did you mean --origin?"),
        (["serve", "-z"], "windsock serve: there is no flag -z; see windsock serve --help"),
        (["serve", "--origin"], "windsock serve: option '--origin' requires an argument; see windsock serve --help"),
        (["serve", "shop"], "windsock serve: got unexpected extra argument(s) (shop); see windsock serve --help"),
        (["serve"], "windsock serve: origin is not set; give --origin http://… or WINDSOCK_ORIGIN"),
        (["serve", "--origin", "shop"], "windsock serve: flag --origin is 'shop': write the site's URL"),
        (["serve", "--config", "no.toml"], "windsock serve: no.toml: cannot be read (No such file or directory)"),
    ],
)
def test_bad_input_gets_one_line_and_exit_code_2(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(told)
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize("name", sorted(LATER))
def test_a_command_of_a_later_version_says_so(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name]) == 2
    assert f"{name} is not in this version" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_accepts_a_flag_that_it_does_not_have(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([name, "--no-such-flag"]) == 2
    assert capsys.readouterr().err == (
        f"windsock {name}: there is no flag --no-such-flag; see windsock {name} --help\n"
    )


def test_a_bad_variable_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("WINDSOCK_ORIGN", "http://a")
    assert run(["serve"]) == 2
    assert capsys.readouterr().err == (
        "windsock serve: variable WINDSOCK_ORIGN is no setting; did you mean WINDSOCK_ORIGIN?; correct or unset it\n"
    )


def test_a_defect_is_one_line_and_names_its_place(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("edge.cli.flags.load", lambda *_: 1 // 0)
    assert run(["serve"]) == 2
    err = capsys.readouterr().err
    assert "this is a defect in Windsock" in err
    assert "ZeroDivisionError" in err
    assert err.count("\n") == 1


def test_a_reader_that_leaves_early_is_no_trouble() -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run([*WINDSOCK, "serve", "--help"], stdout=write, stderr=subprocess.PIPE, text=True)
    finally:
        os.close(write)
    assert done.stderr == ""
    assert done.returncode in (0, 1)


def test_interrupting_is_quiet_and_gives_130(tmp_path: Path) -> None:
    fifo = tmp_path / "windsock.toml"
    os.mkfifo(fifo)  # reading the settings waits for a writer, so the command is surely still running
    process = subprocess.Popen([*WINDSOCK, "serve"], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    with fifo.open("w"):  # opens when the command has opened it too
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")


def test_interrupting_while_a_command_loads_is_quiet_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def load(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("edge.cli.commands.Command.load", load)
    assert run(["serve"]) == 130
    assert capsys.readouterr() == ("", "")
