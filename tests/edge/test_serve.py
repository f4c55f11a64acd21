"""`windsock serve`, started where things lie about that are not its own, and under a host name."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import answers, until, written
from tests.wire import LOCAL, free_port

WINDSOCK = Path(sys.executable).with_name("windsock")


def _starts(folder: Path, host: str = "127.0.0.1") -> str:
    """What it says while it starts in this folder, gets ready and ends."""
    port, admin, log = free_port(), free_port(), folder / "log"
    LOCAL.add(admin)
    command = [
        *(str(WINDSOCK), "serve", "--origin", "http://127.0.0.1:1", "--rules", "pages", "--workers", "1"),
        *("--listen", f"{host}:{port}", "--admin", f"{host}:{admin}"),
    ]
    with log.open("wb") as output:
        edge = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        until(lambda: answers(admin) or edge.poll() is not None)
        assert edge.poll() is None, log.read_text()
    finally:
        edge.send_signal(signal.SIGTERM)
        edge.wait(30)
    return log.read_text()


@pytest.mark.parametrize("name", ["rules.py", "rules/__init__.py", "edge.py", "json.py"])
def test_no_code_of_the_working_directory_is_run(name: str, tmp_path: Path) -> None:
    written(tmp_path / "pages")
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("raise SystemExit('not ours')")
    assert "not ours" not in _starts(tmp_path)


def test_it_listens_under_a_host_name(tmp_path: Path) -> None:
    written(tmp_path / "pages")
    assert "serving http://127.0.0.1:1" in _starts(tmp_path, "localhost")
