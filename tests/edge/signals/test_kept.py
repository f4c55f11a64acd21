"""A file that outlives the process that opened it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from socket import socket

import pytest

from edge.signals.kept import Kept, pair


@pytest.fixture
def ends() -> Iterator[tuple[socket, socket]]:
    ends = pair()
    yield ends
    for end in ends:
        end.close()


def _said(kept: Kept) -> tuple[bytes, object] | None:
    """What is kept now."""
    left = kept.last()
    if left is None:
        return None
    with os.fdopen(left[0], "rb") as file:
        file.seek(0)
        return file.read(), left[1]


def _keep(kept: Kept, folder: Path, content: bytes) -> None:
    file = folder / "file"
    file.write_bytes(content)
    with file.open("rb") as opened:
        kept.keep(opened.fileno(), {"said": content.decode()})
    file.unlink()


def test_nothing_is_kept_at_first(ends: tuple[socket, socket]) -> None:
    assert _said(Kept(ends)) is None


def test_a_file_is_there_as_often_as_one_asks_though_it_is_closed_and_gone(
    ends: tuple[socket, socket], tmp_path: Path
) -> None:
    kept = Kept(ends)
    _keep(kept, tmp_path, b"one")
    assert [_said(kept) for _ in range(3)] == [(b"one", {"said": "one"})] * 3


def test_only_the_last_one_is_kept(ends: tuple[socket, socket], tmp_path: Path) -> None:
    kept = Kept(ends)
    open_files = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(50):
        _keep(kept, tmp_path, str(number).encode())
    assert _said(kept) == (b"49", {"said": "49"})
    assert len(list(Path("/proc/self/fd").iterdir())) == open_files


def test_it_outlives_the_process_that_left_it(ends: tuple[socket, socket]) -> None:
    code = (
        "import os, sys\nfrom edge.signals.kept import Kept\n"
        "handle = os.memfd_create('kept')\nos.write(handle, b'left')\n"
        "Kept.inherited([int(each) for each in sys.argv[1:]]).keep(handle, {})\nos.kill(os.getpid(), 9)\n"
    )
    handles = [end.fileno() for end in ends]
    subprocess.run([sys.executable, "-c", code, *map(str, handles)], pass_fds=handles, check=False, timeout=30)
    assert _said(Kept(ends)) == (b"left", {})


def test_a_process_that_may_open_no_more_files_finds_none_and_goes_on(ends: tuple[socket, socket]) -> None:
    code = (
        "import os, resource, sys\nfrom edge.signals.kept import Kept\n"
        "kept = Kept.inherited([int(each) for each in sys.argv[1:]])\nkept.keep(os.memfd_create('kept'), {})\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))\nprint(kept.last())\n"
    )
    handles = [end.fileno() for end in ends]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, handles)],
        pass_fds=handles,
        check=False,
        timeout=30,
        text=True,
        capture_output=True,
    )
    assert (done.stdout, done.stderr) == ("None\n", "")
