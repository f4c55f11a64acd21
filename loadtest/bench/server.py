"""A server for the time of a measurement, with everything that it starts, held to one core."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

import httpx

from loadtest.bench.cores import pinned
from loadtest.bench.missing import BenchError

_PATIENCE: Final = 30.0
_NOT_OURS: Final = ("WINDSOCK_", "GRANIAN_", "PROMETHEUS_MULTIPROC_DIR")


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A command that serves HTTP on `port`; a context manager that ends it. What it says goes to a file in `folder`."""

    def __init__(
        self, name: str, command: Sequence[str], port: int, core: int, folder: Path, extra: Mapping[str, str] = {}
    ) -> None:
        self.name, self.port, self.url = name, port, f"http://127.0.0.1:{port}"
        self._log = folder / f"{name}.log"
        environment = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_OURS)}
        with self._log.open("wb") as output:
            self._child = subprocess.Popen(  # noqa: S603 -- our own command lines
                pinned(command, core),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**environment, **extra},
            )
        self.pid: Final = self._child.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._child.wait(10)
            self._child.kill()
        self._child.wait()

    def wait(self, path: str) -> bytes:
        """Wait until it answers that path with 200; gives the body. BenchError with its last words."""
        end = time.monotonic() + _PATIENCE
        while self._child.poll() is None and time.monotonic() < end:
            with contextlib.suppress(httpx.TransportError):
                answer = httpx.get(self.url + path, trust_env=False)
                if answer.status_code == httpx.codes.OK:
                    return answer.content
            time.sleep(0.05)
        said = self._log.read_text("utf-8", "replace").strip().splitlines()
        raise BenchError(f"{self.name} does not serve {path}: {said[-1] if said else 'it said nothing'}")
