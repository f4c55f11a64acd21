"""Every setting is a flag of every command that needs the settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge.cli import run
from edge.settings import SETTINGS, Setting


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for variable in [name for name in os.environ if name.startswith("WINDSOCK_")]:
        monkeypatch.delenv(variable)


def _shown(capsys: pytest.CaptureFixture[str], *flags: str) -> dict[str, str]:
    assert run(["serve", "--show-config", *flags]) == 0
    return dict(line.split(" = ", 1) for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize("command", ["serve", "doctor"])
def test_help_names_every_setting_and_its_default(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([command, "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for setting in SETTINGS:
        assert setting.flag in told
        assert setting.help in told
        if setting.shape:
            assert f"[default: {setting.default or 'none'}]" in told


def test_show_config_prints_each_value_and_where_it_came_from(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("windsock.toml").write_text("connect_timeout = 0.5\n")
    monkeypatch.setenv("WINDSOCK_TRUSTED_PROXIES", "10.0.0.0/8,::1")
    shown = _shown(capsys, "--origin", "http://site/")
    assert list(shown) == [setting.name for setting in SETTINGS]
    assert shown["origin"] == "http://site  # flag --origin"
    assert shown["trusted_proxies"] == "10.0.0.0/8, ::1/128  # variable WINDSOCK_TRUSTED_PROXIES"
    assert shown["connect_timeout"] == "0.5 s  # windsock.toml, key connect_timeout"
    assert shown["max_page_bytes"] == "10 MiB  # default"
    assert shown["bypass"] == "none  # default"


@pytest.mark.parametrize(
    "setting", [setting for setting in SETTINGS if setting.secret], ids=lambda setting: setting.name
)
def test_a_secret_is_never_shown(setting: Setting, capsys: pytest.CaptureFixture[str]) -> None:
    written = {"--store": "redis://me:hunter2@a", "--origin-headers": "A: hunter2"}.get(setting.flag, "hunter2")
    assert "hunter2" not in _shown(capsys, setting.flag, written)[setting.name]


def test_a_list_flag_may_be_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    assert _shown(capsys, "--bypass", "/a,/b", "--bypass", "/c")["bypass"] == "/a, /b, /c  # flag --bypass"


@pytest.mark.parametrize(
    ("flags", "value"),
    [
        ([], "true  # default"),
        (["--preserve-host", "false"], "false  # flag --preserve-host"),
        (["--no-preserve-host"], "false  # flag --preserve-host"),
    ],
)
def test_preserving_the_host_can_be_turned_off_in_two_ways(
    flags: list[str], value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _shown(capsys, *flags)["preserve_host"] == value


def test_flags_that_contradict_each_other_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--no-preserve-host", "--preserve-host", "true"]) == 2
    assert "contradicts" in capsys.readouterr().err


def test_observe_is_a_bare_flag_and_can_be_taken_back(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDSOCK_OBSERVE", "true")
    assert _shown(capsys)["observe"] == "true  # variable WINDSOCK_OBSERVE"
    assert _shown(capsys, "--no-observe")["observe"] == "false  # flag --observe"


def test_a_whole_file_of_settings_can_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    Path("other.toml").write_text("workers = 7\n")
    assert _shown(capsys, "--config", "other.toml")["workers"] == "7  # other.toml, key workers"
