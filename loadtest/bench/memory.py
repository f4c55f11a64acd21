"""Readers that take their time: what they cost the edge in memory.

Each asks for the same large file over a connection of its own and reads a little of it every second, as over a bad
line. The edge may hold some of it for each reader, and not all.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from loadtest.bench import nginx
from loadtest.bench.missing import BenchError
from loadtest.bench.server import Server
from loadtest.bench.targets import edge
from loadtest.bench.tree import memory_bytes

READERS: Final = 12
PER_SECOND: Final = 1024
_MIB: Final = 2**20
SIZE: Final = 20 * _MIB
LIMIT: Final = 30 * _MIB

_FILE: Final = "/large.bin"
_REQUEST: Final = f"GET {_FILE} HTTP/1.1\r\nHost: shop.example\r\n\r\n".encode()


@dataclass(frozen=True, slots=True)
class Growth:
    """Memory of the edge, all its processes, in bytes: before the readers came, and the most while they read."""

    before: int
    most: int

    @property
    def held(self) -> bool:
        """Whether it grew by less than the limit."""
        return self.most - self.before < LIMIT


def line(growth: Growth) -> str:
    """The promise and what became of it, in one line."""
    word = "held" if growth.held else "MISSED"
    promise = f"{READERS} readers of {SIZE // _MIB} MiB at {PER_SECOND} bytes/s raise memory by less than"
    rise, before, most = ((each / _MIB) for each in (growth.most - growth.before, growth.before, growth.most))
    return f"{word}: {promise} {LIMIT // _MIB} MiB; measured {rise:.1f}, from {before:.1f} to {most:.1f}"


def measure(folder: Path, transport: str, seconds: int, progress: Callable[[str], None] = lambda _: None) -> Growth:
    """Let the readers read for that long. BenchError when they were not served."""
    with _site(folder, transport) as server:
        _read_whole(server)  # so that what one quick visitor needs is there already
        before = most = memory_bytes(server.pid)
        with _readers(server) as readers:
            for second in range(seconds):
                progress(f"reading, second {second + 1} of {seconds}")
                most = max(most, *_watched(server, 1.0))
                for reader in readers:
                    _read_a_little(reader)
            _read_whole(server)  # nobody else waits for them
        return Growth(before, most)


@contextlib.contextmanager
def _site(folder: Path, transport: str) -> Iterator[Server]:
    root = folder / "site"
    root.mkdir()
    (root / _FILE.lstrip("/")).write_bytes(os.urandom(SIZE))
    with nginx.origin(folder, root) as origin, edge(transport, folder, origin) as server:
        server.wait(_FILE)
        yield server


@contextlib.contextmanager
def _readers(server: Server) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        readers = [stack.enter_context(socket.socket()) for _ in range(READERS)]
        for reader in readers:
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # the kernel shall not read ahead for it
            reader.settimeout(10)
            reader.connect(("127.0.0.1", server.port))
            reader.sendall(_REQUEST)
        yield readers


def _watched(server: Server, seconds: float) -> Iterator[int]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield memory_bytes(server.pid)
        time.sleep(0.1)


def _read_a_little(reader: socket.socket) -> None:
    left = PER_SECOND
    while left:
        got = len(reader.recv(left))
        if not got:
            raise BenchError("the edge ended the answer to a slow reader")
        left -= got


def _read_whole(server: Server) -> None:
    answer = httpx.get(server.url + _FILE, trust_env=False, timeout=30)
    if len(answer.content) != SIZE:
        raise BenchError(f"the edge answered {answer.status_code} with {len(answer.content)} bytes of {SIZE}")
