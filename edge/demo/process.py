"""One process that the demo started, and everything that it starts itself: they end together.

Each runs in a process group of its own, so that Ctrl-C reaches the demo alone and the demo ends the others in order.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from edge.errors import WindsockError

PATIENCE: Final = 20.0
"""Seconds until a process must answer."""

_open: Final = build_opener(ProxyHandler({})).open  # loopback: never through a proxy


class Process:
    """A command that serves HTTP; what it says goes to `log`."""

    def __init__(
        self, name: str, command: Sequence[str], ready: str, log: Path, environment: Mapping[str, str]
    ) -> None:
        self._name, self._ready, self._log = name, ready, log
        with log.open("wb") as output:
            self._child = subprocess.Popen(  # noqa: S603 -- the demo's own command line
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                env=environment,
                start_new_session=True,
            )

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._child.poll() is None

    def wait(self, patience: float = PATIENCE) -> None:
        """Return when its URL answers; WindsockError when it ends before that or takes too long."""
        until = monotonic() + patience
        while not _answers(self._ready):
            if not self.running:
                raise WindsockError(f"{self._name} did not start: {self.last_words()}")
            if monotonic() > until:
                raise WindsockError(f"{self._name} did not answer within {patience:.0f} s: {self.last_words()}")
            sleep(0.05)

    def last_words(self) -> str:
        """Give the last line of its log."""
        lines = self._log.read_text("utf-8", "replace").strip().splitlines()
        return lines[-1].strip() if lines else "it said nothing; run the command again, and report this if it persists"

    def ask_to_end(self) -> None:
        """Ask it to end; it may finish what it is doing."""
        self._signal(signal.SIGTERM)

    def end(self, patience: float = 5.0) -> None:
        """Wait until it has ended, and end by force what is left of its group."""
        try:
            self._child.wait(patience)
        except subprocess.TimeoutExpired:
            pass
        finally:  # also when a second Ctrl-C cuts the waiting short
            self._signal(signal.SIGKILL)
            self._child.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)


def _answers(url: str) -> bool:
    try:
        with _open(url, timeout=2) as response:
            return bool(response.status == 200)
    except HTTPError as error:
        error.close()
        return False
    except (URLError, OSError):
        return False
