"""The directory of one running edge: made, held while it lives, swept when it is gone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.run import Run, sweep
from edge.settings import load

_KILLED = """
import os, signal
from edge.run import Run
from edge.settings import load
print(Run.make(load(environment={"WINDSOCK_ORIGIN": "http://127.0.0.1:9"})).path, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def run() -> Iterator[Run]:
    """Of an edge that lives in this process."""
    run = Run.make(load(environment={"WINDSOCK_ORIGIN": "http://127.0.0.1:9"}))
    yield run
    run.remove()


def test_a_start_removes_what_an_edge_that_was_killed_has_left(run: Run) -> None:
    said = subprocess.run([sys.executable, "-c", _KILLED], capture_output=True, text=True, check=False).stdout
    left = Path(said.strip())
    assert (left.parent, (left / "settings.json").exists()) == (run.path.parent, True)
    Run.make(load(environment={"WINDSOCK_ORIGIN": "http://127.0.0.1:9"})).remove()
    assert not left.exists()


def test_a_living_edge_keeps_its_directory(run: Run) -> None:
    sweep(run.path.parent)
    assert run.settings.exists()


@pytest.mark.parametrize("name", ["windsock-demo-1", "other"])
def test_what_is_no_directory_of_an_edge_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / "windsock-file").write_text("mine")
    (tmp_path / "windsock-link").symlink_to(tmp_path / name)
    before = sorted(tmp_path.iterdir())
    sweep(tmp_path)
    assert sorted(tmp_path.iterdir()) == before


def test_a_directory_is_removed_with_its_edge(run: Run) -> None:
    run.remove()
    assert not run.path.exists()
