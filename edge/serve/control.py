"""The control process, kept alive."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Final

from edge.errors import WindsockError
from edge.run import Run
from edge.signals.kept import pair

_log = logging.getLogger("windsock")

_PATIENCE: Final = 30.0
"""Seconds for it to read the rules, and to end."""
_PAUSES: Final = (0.5, 1.0, 2.0, 5.0)
"""Seconds before it is started again, the more often it has just ended."""


class Control:
    """The control process, watched from a thread."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._process: subprocess.Popen[str] | None = None
        self._stopping = threading.Event()
        self._starting = threading.Lock()  # none is started again once it is to stop
        self._kept = pair()

    def start(self) -> None:
        """Start it and wait for the first edition. Raises WindsockError with what it said when there is none."""
        self._process = process = self._spawn(stderr=subprocess.PIPE)
        end = time.monotonic() + _PATIENCE
        while not self._run.edition.exists():
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                said = process.communicate()[1].strip().splitlines()
                raise WindsockError(said[-1] if said else f"the rules could not be read within {_PATIENCE:.0f} s")
            time.sleep(0.02)
        threading.Thread(target=self._keep, daemon=True).start()

    def reload(self) -> None:
        """Have it read the rules again, changed or not."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End it."""
        with self._starting:
            self._stopping.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
        for end in self._kept:
            end.close()

    def _spawn(self, stderr: int | None = None) -> subprocess.Popen[str]:
        kept = [end.fileno() for end in self._kept]
        own = (str(self._run.path), str(os.getpid()), *map(str, kept))
        command = [sys.executable, "-P", "-m", "edge.control", *own]  # -P: nothing of the folder is run
        return subprocess.Popen(command, stderr=stderr, text=True, pass_fds=kept)  # noqa: S603 - our own module, no shell

    def _keep(self) -> None:
        ends = 0
        while not self._stopping.is_set():
            process, since = self._process, time.monotonic()
            if process is None:
                return
            for line in process.stderr or ():
                print(line, end="", file=sys.stderr)
            process.wait()
            ends = ends + 1 if time.monotonic() - since < _PATIENCE else 0
            self._stopping.wait(_PAUSES[min(ends, len(_PAUSES) - 1)])
            with self._starting:
                if not self._stopping.is_set():
                    _log.error("the control process ended; it is started again", extra={"code": process.returncode})
                    self._process = self._spawn()
