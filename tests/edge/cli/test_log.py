"""`windsock log export` on the command line."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from edge.cli import run
from edge.events.log import Log
from edge.events.writer import Writer
from tests.edge.events.rows import exposure, reward


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A log with an hour-old page, a page of this moment, and what followed them."""
    file, now = tmp_path / "windsock.db", time.time()

    async def write() -> None:
        writer = Writer(file, "normal")
        await writer.submit([exposure("old.0", at=now - 3600), exposure("new.0", at=now)])
        await writer.submit(
            [reward("old.0", at=now - 3000), reward("new.0", event="measure", goal="lcp", value=9, at=now)]
        )
        writer.tally((int(now) // 3600, "hero", "rain", "personal", "learned"))
        await writer.close()

    asyncio.run(write())
    return file


def exported(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> list[dict[str, Any]]:
    assert run(["log", "export", *arguments]) == 0
    return [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]


def test_every_row_is_a_line(file: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    lines = exported(capsysbinary, "--store", f"sqlite:///{file}")
    assert [line["kind"] for line in lines] == ["exposure", "exposure", "reward", "measure", "decisions"]
    assert lines[0] | {"at": 0} == {
        **{"kind": "exposure", "seq": 1, "decision": "old.0", "experience": "hero", "variant": "rain"},
        **{"side": "personal", "reason": "learned", "rule": 2, "model": "hero/visitor/device,weather"},
        **{"cell": ["mobile", 'ra"in, ünd'], "snapshot": "0123456789abcdef", "p": 0.1 + 0.2, "window": 600.0},
        **{"issued": 999, "at": 0},
    }
    assert lines[2].keys() == {"kind", "seq", "decision", "goal", "value", "at"}
    assert lines[4].keys() == {"kind", "at", "experience", "variant", "side", "reason", "n"}


@pytest.mark.parametrize("since", ["30m", "2026-01-01", "1d"])
def test_it_begins_where_it_is_asked_to(file: Path, since: str, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    lines = exported(capsysbinary, "--store", f"sqlite:///{file}", "--since", since)
    seen = [line["decision"] for line in lines if line["kind"] == "exposure"]
    assert seen == (["new.0"] if since == "30m" else ["old.0", "new.0"])


def test_the_columns_are_documented(file: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    readme = Path(__file__).parents[3].joinpath("edge/events/README.md").read_text("utf-8")
    table = {line.split("|")[1].strip(" `"): line for line in readme.splitlines() if line.startswith("| `")}
    for line in exported(capsysbinary, "--store", f"sqlite:///{file}"):
        assert all(f"`{name}`" in table[line["kind"]] for name in line.keys() - {"kind"})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("export", "--store", "sqlite:///gone.db"), "there is no event log at gone.db; name the store of the edge"),
        (("export", "--store", "memory:"), "this store is no file, so there is no event log"),
        (("export", "--store", "elsewhere"), "is 'elsewhere': write sqlite:///PATH"),
        (("export", "--since", "yesterday"), "--since is 'yesterday': write 2026-11-22"),
        (("import",), "a log cannot 'import'; write windsock log export"),
        ((), "missing argument 'export'"),
    ],
)
def test_bad_input_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    if "--since" in arguments:
        (tmp_path / "windsock.db").touch()
    assert run(["log", *arguments]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("windsock log: ")
    assert told.lower() in said.err.lower()


def test_a_row_that_is_damaged_is_one_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Log(file) as log, log.transaction() as connection:
        connection.execute("UPDATE exposures SET cell = '[\"mob' WHERE decision = 'new.0'")
    assert run(["log", "export", "--store", f"sqlite:///{file}"]) == 2
    assert f"windsock log: {file} cannot be read to its end" in capsys.readouterr().err


def test_who_reads_only_the_beginning_is_no_trouble(tmp_path: Path) -> None:
    file = tmp_path / "windsock.db"

    async def write() -> None:
        writer = Writer(file, "normal")
        await writer.submit([exposure(f"{number}.0") for number in range(5000)])
        await writer.close()

    asyncio.run(write())
    command = [sys.executable, "-m", "edge.cli", "log", "export", "--store", f"sqlite:///{file}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1
