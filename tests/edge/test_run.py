"""The directory of one running edge: made, held while it lives, swept when it is gone."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.run import Run, Serves, last_good, listening, orphaned, say, sweep, switches
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


def test_what_workers_say_is_known_by_process_and_only_of_those_that_live(run: Run) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for pid in (os.getpid(), gone.pid):
        say(Serves("v1", frozenset({"hero", "nav"})), run.ready / str(pid))
    assert run.serving() == {os.getpid(): Serves("v1", frozenset({"hero", "nav"}))}
    say(Serves("v2"), run.ready / str(os.getpid()))
    assert run.serving() == {os.getpid(): Serves("v2", frozenset())}


def test_a_worker_that_cannot_say_what_it_serves_serves_all_the_same(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    say(Serves("v1"), run.path / "no-such-folder" / "7")
    assert "cannot say so" in caplog.text


def test_whose_parent_is_gone_already_is_an_orphan_at_once() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()

    async def outlived() -> bool:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(orphaned(os.getppid()), 0.05)
        await asyncio.wait_for(orphaned(gone.pid), 0.05)
        return True

    assert asyncio.run(outlived())


def test_a_port_is_listened_at_from_the_moment_on_that_connections_are_accepted() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]

        async def heard() -> None:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(listening(port), 0.1)
            threading.Timer(0.05, server.listen).start()
            await asyncio.wait_for(listening(port), 5)

        asyncio.run(heard())


@pytest.mark.parametrize(
    ("store", "edition", "off"),
    [
        ("sqlite:///windsock.db", "windsock.edition.json", "windsock.off.json"),
        ("sqlite:////var/lib/a.edition.json", "/var/lib/a.edition.edition.json", "/var/lib/a.edition.off.json"),
        ("memory:", None, None),
        ("redis://cache:6379", None, None),
    ],
)
def test_what_outlives_a_restart_stands_beside_the_store(store: str, edition: str | None, off: str | None) -> None:
    settings = load(environment={"WINDSOCK_ORIGIN": "http://127.0.0.1:9", "WINDSOCK_STORE": store})
    assert last_good(settings) == (edition and Path(edition))
    assert switches(settings) == (off and Path(off))
