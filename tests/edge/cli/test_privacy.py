"""`windsock privacy`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.cli import run
from edge.privacy import kept
from edge.settings import load


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_it_prints_every_row_with_what_why_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["privacy"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for each in kept(load()):
        assert f"what {each.what} why {each.why} how long {each.until}" in told


def test_it_tells_the_settings_in_force_and_where_they_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    Path("windsock.toml").write_text('consent = "strict"\n')
    assert run(["privacy"]) == 0
    told = capsys.readouterr().out
    assert "consent = strict  (windsock.toml, key consent)" in told
    assert "cookie windsock  (not with these settings)" in told


def test_it_tells_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["privacy", "--debug-token", "open-sesame", "--store", "redis://me:passw0rd@host"]) == 0
    told = capsys.readouterr().out
    assert "open-sesame" not in told
    assert "passw0rd" not in told


def test_for_programs_it_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["privacy", "--json", "--consent", "consented", "--consent-cookie", "ok"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["settings"]["consent"] == "consented"
    row = next(each for each in told["kept"] if each["name"] == "cookie windsock-session")
    assert (row["where"], row["now"]) == ("device", True)
