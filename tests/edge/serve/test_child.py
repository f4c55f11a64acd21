"""A process of our own is started again, whatever happens."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.run import Run
from edge.serve.child import Child

ENDS = [sys.executable, "-c", "import sys; sys.exit('it has ended')"]
STAYS = [sys.executable, "-c", "import time; time.sleep(60)"]


class Started(Child):
    """Each start is another command; None is one that the system has no room for."""

    def __init__(self, run: Run, *commands: list[str] | None) -> None:
        super().__init__("edge.test", "the process", run)
        self._commands = iter(commands)
        self.stays = threading.Event()
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, stderr: int | None = None) -> subprocess.Popen[str]:
        command = next(self._commands)
        if command is None:
            raise OSError("Resource temporarily unavailable")
        self.process = subprocess.Popen(command, stderr=stderr, text=True)
        self.processes.append(self.process)
        if command is STAYS:
            self.stays.set()
        return self.process


Start = Callable[..., Started]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    monkeypatch.setattr("edge.serve.child._PAUSES", (0.0,))
    made: list[Started] = []

    def started(*commands: list[str] | None) -> Started:
        made.append(Started(Run(tmp_path), *commands))
        made[-1].start(stderr=subprocess.PIPE)
        made[-1].watch()
        return made[-1]

    yield started
    for each in made:
        each.stop()
        for process in each.processes:
            process.wait(10)
            if process.stderr is not None:
                process.stderr.close()


def test_one_that_ends_is_started_again(start: Start) -> None:
    assert start(ENDS, ENDS, STAYS).stays.wait(20)


def test_where_there_is_no_room_for_it_it_is_tried_again(start: Start) -> None:
    assert start(ENDS, None, None, STAYS).stays.wait(20)


def test_that_nobody_reads_what_it_says_keeps_nothing_from_starting_again(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def write(self, _: str) -> int:
            raise BrokenPipeError

    with monkeypatch.context() as alone:
        alone.setattr("edge.serve.child.sys.stderr", Gone())
        assert start(ENDS, STAYS).stays.wait(20)
