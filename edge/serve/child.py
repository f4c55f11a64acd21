"""A process of our own beside the workers: started, watched from a thread, and started again when it ends."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from edge.run import Run

_log = logging.getLogger("windsock")

PATIENCE: Final = 30.0
"""Seconds for it to start, and to end."""
_PAUSES: Final = (0.5, 1.0, 2.0, 5.0)
"""Seconds before it is started again, the more often it has just ended."""


class Child:
    """`python -m MODULE RUN PID …`, with open files by their numbers; `name` is what the log calls it."""

    def __init__(self, module: str, name: str, run: Run, files: Sequence[int] = ()) -> None:
        self._module, self._name, self._run, self._files = module, name, run, files
        self._stopping = threading.Event()
        self._starting = threading.Lock()  # none is started again once it is to stop
        self.process: subprocess.Popen[str] | None = None

    def start(self, stderr: int | None = None) -> subprocess.Popen[str]:
        """Start it; not watched yet."""
        own = (str(self._run.path), str(os.getpid()), *map(str, self._files))
        command = [sys.executable, "-P", "-m", self._module, *own]  # -P: nothing of the folder is run
        self.process = subprocess.Popen(command, stderr=stderr, text=True, pass_fds=self._files)  # noqa: S603 - our own module, no shell
        return self.process

    def watch(self) -> None:
        """Start it again whenever it ends, until it is to stop."""
        threading.Thread(target=self._keep, daemon=True).start()

    def signal(self, number: int) -> None:
        """Send it a signal, if it lives."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def stop(self) -> None:
        """End it."""
        with self._starting:
            self._stopping.set()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()

    def _keep(self) -> None:
        ends = 0
        while not self._stopping.is_set():
            process, since = self.process, time.monotonic()
            if process is None:
                return
            for line in process.stderr or ():
                with suppress(OSError):  # whoever has read ours is gone
                    print(line, end="", file=sys.stderr)
            process.wait()
            ends = ends + 1 if time.monotonic() - since < PATIENCE else 0
            self._stopping.wait(_PAUSES[min(ends, len(_PAUSES) - 1)])
            with self._starting:
                if not self._stopping.is_set():
                    self._start_again(process.returncode)

    def _start_again(self, code: int) -> None:
        """Another one; where the system has no room for it now, that is tried again after the next pause."""
        try:
            self.start()
        except OSError as error:
            _log.error("%s ended and cannot be started again yet: %s", self._name, error, extra={"code": code})
        else:
            _log.error("%s ended; it is started again", self._name, extra={"code": code})
