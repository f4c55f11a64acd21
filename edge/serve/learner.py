"""The learner, kept alive. Nobody waits for it: pages go by the last snapshot, or by even shares."""

from __future__ import annotations

from edge.run import Run, events
from edge.serve.child import Child
from edge.settings import Settings


class Learner:
    """The learner's process; there is none where the store is no file."""

    def __init__(self, run: Run, settings: Settings) -> None:
        self._child = Child("edge.learner", "the learner", run) if events(settings) is not None else None

    def start(self) -> None:
        """Start it."""
        if self._child is not None:
            self._child.start()
            self._child.watch()

    def stop(self) -> None:
        """End it."""
        if self._child is not None:
            self._child.stop()
