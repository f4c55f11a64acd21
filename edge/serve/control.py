"""The control process, kept alive."""

from __future__ import annotations

import signal
import subprocess
import time

from edge.errors import WindsockError
from edge.run import Run
from edge.serve.child import PATIENCE, Child
from edge.signals.kept import pair


class Control:
    """The control process; when it ends it is started again, with the geo database that it had."""

    def __init__(self, run: Run) -> None:
        self._run, self._kept = run, pair()
        self._child = Child("edge.control", "the control process", run, [end.fileno() for end in self._kept])

    def start(self) -> None:
        """Start it and wait for the first edition. Raises WindsockError with what it said when there is none."""
        process = self._child.start(stderr=subprocess.PIPE)
        end = time.monotonic() + PATIENCE
        while not self._run.edition.exists():
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                said = process.communicate()[1].strip().splitlines()
                raise WindsockError(said[-1] if said else f"the rules could not be read within {PATIENCE:.0f} s")
            time.sleep(0.02)
        self._child.watch()

    def reload(self) -> None:
        """Have it read the rules again, changed or not."""
        self._child.signal(signal.SIGHUP)

    def stop(self) -> None:
        """End it."""
        self._child.stop()
        for end in self._kept:
            end.close()
