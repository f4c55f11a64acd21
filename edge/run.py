"""Where the processes of one `windsock serve` meet: a directory in memory, gone when they are.

settings.json   what each process is started with (mode 0600: it may hold tokens)
edition.json    the edition that workers follow
ready/PID       one file a worker, with the version of the edition that it serves
metrics/        what prometheus-client shares
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge.settings import Settings, to_json


@dataclass(frozen=True, slots=True)
class Run:
    """The directory of one running edge."""

    path: Path

    @classmethod
    def make(cls, settings: Settings) -> Run:
        """A fresh one: in shared memory where there is some, so that it works on a read-only disk."""
        memory = Path("/dev/shm")  # noqa: S108 -- mkdtemp makes a private directory in it
        place = memory if os.access(memory, os.W_OK) else None
        run = cls(Path(tempfile.mkdtemp(prefix="windsock-", dir=place)))
        for folder in (run.metrics, run.ready):
            folder.mkdir()
        run.settings.touch(mode=0o600)
        run.settings.write_text(to_json(settings))
        return run

    @property
    def settings(self) -> Path:
        """The settings of all processes."""
        return self.path / "settings.json"

    @property
    def edition(self) -> Path:
        """The published edition."""
        return self.path / "edition.json"

    @property
    def metrics(self) -> Path:
        """The directory of shared counters."""
        return self.path / "metrics"

    @property
    def ready(self) -> Path:
        """The directory in which workers say what they serve."""
        return self.path / "ready"

    def serving(self) -> dict[int, str]:
        """The edition's version by process id, for each worker that lives."""
        found = {}
        for file in self.ready.iterdir():
            with suppress(OSError, ValueError):
                os.kill(int(file.name), 0)
                found[int(file.name)] = file.read_text()
        return found

    def remove(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.path, ignore_errors=True)


def last_good(settings: Settings) -> Path | None:
    """Where the last good edition survives a restart: beside the store's file; None without one."""
    scheme, _, file = settings.store.partition("sqlite:///")
    return None if scheme or not file else Path(file).with_suffix(".edition.json")


async def orphaned() -> None:
    """Returns when the process that started this one is gone, however it ended."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - the system sends no event for it
        await asyncio.sleep(0.5)
