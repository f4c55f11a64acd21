"""The learner, kept alive. Nobody waits for it: pages go by the last snapshot, or by even shares."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from edge.errors import WindsockError
from edge.events.log import Log
from edge.learning.learner import last_good
from edge.live.published import put
from edge.run import Run, events
from edge.serve.child import Child
from edge.settings import Settings
from online_models.snapshot import write


class Learner:
    """The learner's process; there is none where the store is no file."""

    def __init__(self, run: Run, settings: Settings) -> None:
        self._run, self._file = run, events(settings)
        self._child = Child("edge.learner", "the learner", run) if self._file is not None else None

    def start(self) -> None:
        """Start it, with what was known before: visitors need not wait until it has woken up."""
        if self._child is not None and self._file is not None:
            with suppress(OSError, sqlite3.Error, WindsockError):  # the learner tries again, and says why it cannot
                _pass_on(self._file, self._run)
            self._child.start()
            self._child.watch()

    def stop(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.stop()


def _pass_on(file: Path, run: Run) -> None:
    if file.is_file():
        with Log(file) as log:
            snapshot = last_good(log)
        if snapshot is not None:
            put(write(snapshot), run.snapshot)
