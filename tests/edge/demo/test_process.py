"""A process that the demo started ends with everything that it started."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.demo.process import Process
from edge.errors import WindsockError

ANSWERS = """
import http.server, sys
class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(sys.argv[1])); self.end_headers()
    log_message = lambda *_: None
server = http.server.HTTPServer(("127.0.0.1", 0), Quiet)
open("port", "w").write(str(server.server_port))
server.serve_forever()
"""
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
open("child", "w").write(str(child.pid))
time.sleep(60)
"""


def started(folder: Path, code: str, *arguments: str, ready: str = "http://127.0.0.1:9/") -> Process:
    command = (sys.executable, "-c", code, *arguments)
    return Process("the thing", command, ready, folder / "log", dict(os.environ))


def written(file: Path) -> str:
    """What a process writes into a file, as soon as it has."""
    until = time.monotonic() + 10
    while not file.exists() or not file.read_text():
        assert time.monotonic() < until, f"{file} was never written"
        time.sleep(0.01)
    return file.read_text()


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    one = started(tmp_path, STUBBORN)
    yield one
    one.end(0)


def test_one_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    process = started(tmp_path, "print('first'); print('no port is free')")
    with pytest.raises(WindsockError, match=r"^the thing did not start: no port is free$"):
        process.wait()
    process.end()


def test_one_that_never_answers_is_not_waited_for_without_end(tmp_path: Path) -> None:
    process = started(tmp_path, "import time; time.sleep(60)")
    with pytest.raises(WindsockError, match="the thing did not answer within"):
        process.wait(0.1)
    process.end(0)
    assert not process.running


@pytest.mark.parametrize(("status", "ready"), [("200", True), ("503", False)])
def test_it_is_ready_when_its_address_says_so(tmp_path: Path, status: str, ready: bool) -> None:
    server = started(tmp_path, ANSWERS, status)
    address = f"http://127.0.0.1:{written(tmp_path / 'port')}/"
    process = Process(
        "the thing", (sys.executable, "-c", "import time; time.sleep(60)"), address, tmp_path / "log2", {}
    )
    try:
        if ready:
            process.wait()
        else:
            with pytest.raises(WindsockError):
                process.wait(0.2)
    finally:
        process.end(0)
        server.end(0)


def test_one_that_will_not_end_is_ended_with_its_children(process: Process, tmp_path: Path) -> None:
    child = int(written(tmp_path / "child"))
    process.ask_to_end()
    process.end(0.1)
    assert not process.running
    assert gone(child)


def test_ending_twice_is_no_error(process: Process) -> None:
    process.end(0)
    process.ask_to_end()
    process.end(0)


def gone(pid: int) -> bool:
    """Whether that process has ended; one that nobody has collected yet counts."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False
