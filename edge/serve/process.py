"""One worker's process, and whether it has ended.

Who waits for a process takes its end away from everybody else who waits: they are told that there is no such process,
and then it seems to live for ever. So one thread alone waits for it, granian's watcher; all others wait for the thread.
"""

from __future__ import annotations

import threading
from typing import Any

from granian.server import mp

_Granians: Any = mp.WorkerProcess  # it says nothing of its types


class Process(_Granians):  # type: ignore[misc]
    """As granian has `made` it, and not yet started."""

    def __init__(self, made: Any) -> None:
        self.__dict__.update(made.__dict__)
        self._ended = threading.Event()

    def _watcher(self) -> None:
        self.inner.join()
        self._ended.set()
        super()._watcher()

    def is_alive(self) -> bool:
        """Until it has ended, however that was."""
        return not self._ended.is_set()

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end, for so many seconds at most."""
        self._ended.wait(timeout)

    def terminate(self) -> None:
        """Ask it to end; one that has is left alone, since its number may be somebody else's by now."""
        self.interrupt_by_parent = True
        if self.is_alive():
            super().terminate()

    def kill(self) -> None:
        """End it; likewise."""
        self.interrupt_by_parent = True
        if self.is_alive():
            super().kill()
