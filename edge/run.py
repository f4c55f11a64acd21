"""Where the processes of one `windsock serve` meet: a directory in memory, gone when they are.

settings.json   what each process is started with (mode 0600: it may hold tokens)
lock            held by the process that made the directory, for as long as it or one of its workers lives
edition.json    the edition that workers follow
ready/PID       one file a worker, with the version of the edition that it serves
metrics/        what prometheus-client shares
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from edge.settings import Settings, to_json

_PREFIX: Final = "windsock-"
_LOCK: Final = "lock"


@dataclass(frozen=True, slots=True)
class Run:
    """The directory of one running edge."""

    path: Path
    held: int = field(default=-1, compare=False, repr=False)  # the open lock, in the process that made it; never closed

    @classmethod
    def make(cls, settings: Settings) -> Run:
        """A fresh one: in shared memory where there is some, so that it works on a read-only disk.

        What an edge that was killed has left there is removed.
        """
        memory = Path("/dev/shm")  # noqa: S108 -- mkdtemp makes a private directory in it
        place = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
        sweep(place)
        path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        run = cls(path, _locked(path))
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


def sweep(place: Path) -> None:
    """Remove the directories whose edge is gone: our own, and only those whose lock nobody holds."""
    for path in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            handle = os.open(path / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
            try:
                if os.fstat(handle).st_uid == os.geteuid() and not path.is_symlink():
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(handle)


def _locked(path: Path) -> int:
    """A lock that the kernel lets go of when its holders are gone; it gets its name once it is held."""
    handle = os.open(path / f".{_LOCK}", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    (path / f".{_LOCK}").rename(path / _LOCK)
    return handle


def last_good(settings: Settings) -> Path | None:
    """Where the last good edition survives a restart: beside the store's file; None without one."""
    scheme, _, file = settings.store.partition("sqlite:///")
    return None if scheme or not file else Path(file).with_suffix(".edition.json")


async def orphaned() -> None:
    """Returns when the process that started this one is gone, however it ended."""
    parent = os.getppid()
    while os.getppid() == parent:  # noqa: ASYNC110 - the system sends no event for it
        await asyncio.sleep(0.5)
