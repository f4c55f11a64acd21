"""Where the processes of one `windsock serve` meet: a directory in memory, gone when they are.

settings.json   what each process is started with (mode 0600: it may hold tokens)
lock            held by the process that made the directory, for as long as it or one of its workers lives
edition.json    the edition that workers follow
snapshot.json   what was learned, as the learner has published it last
facts.json      what is known of the world beside the requests: what was pushed, how busy the site is
weather         the weather by cells, one line each
wishes          a socket: what workers want to know of it
geo.json        where the sealed copy of the geo database is, if there is one
front           the address of a proxy that stands in front and is not listed, once a worker has found one
ready/PID       one file a worker that visitors can reach, with what it serves
metrics/        what prometheus-client shares
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import shutil
import socket
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from edge.settings import Settings, to_json

_log = logging.getLogger("windsock")

_PREFIX: Final = "windsock-"
_LOCK: Final = "lock"
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 -- mkdtemp makes a private directory in it
_ROOM: Final = 16 * 1024 * 1024
"""Free bytes in memory for an edition, its successor and the counters; with less, the disk is the better place."""


class Serves(NamedTuple):
    """What a worker says that it serves."""

    version: str
    off: frozenset[str] = frozenset()


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
        place = _place()
        for folder in {place, _MEMORY}:
            sweep(folder)
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
    def snapshot(self) -> Path:
        """The published snapshot of what was learned."""
        return self.path / "snapshot.json"

    @property
    def geo(self) -> Path:
        """Where the geo database is."""
        return self.path / "geo.json"

    @property
    def facts(self) -> Path:
        """The published facts of the world."""
        return self.path / "facts.json"

    @property
    def weather(self) -> Path:
        """The published weather."""
        return self.path / "weather"

    @property
    def wishes(self) -> Path:
        """The socket on which workers are heard."""
        return self.path / "wishes"

    @property
    def front(self) -> Path:
        """What workers have found of an unlisted proxy."""
        return self.path / "front"

    @property
    def metrics(self) -> Path:
        """The directory of shared counters."""
        return self.path / "metrics"

    @property
    def ready(self) -> Path:
        """The directory in which workers say what they serve."""
        return self.path / "ready"

    def serving(self) -> dict[int, Serves]:
        """What serves, by process id, for each worker that lives."""
        found = {}
        for file in self.ready.iterdir():
            with suppress(OSError, ValueError):
                os.kill(int(file.name), 0)
                version, *off = file.read_text().split("\n")
                found[int(file.name)] = Serves(version, frozenset(off))
        return found

    def remove(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.path, ignore_errors=True)


def say(serves: Serves, ready: Path) -> None:
    """Let the other processes know what this worker serves; without room for that it serves all the same."""
    try:
        ready.write_text("\n".join((serves.version, *sorted(serves.off))))
    except OSError as error:
        _log.error("this worker serves and cannot say so: %s", error)


async def listening(port: int) -> None:
    """Returns when this process accepts connections there; at once where the system does not tell."""
    while not _reached(port):  # noqa: ASYNC110 - the server tells nobody
        await asyncio.sleep(0.02)


def _reached(port: int) -> bool:
    own = Path("/proc/self/fd")
    return not own.is_dir() or any(_listens(int(file.name), port) for file in own.iterdir())


def _listens(handle: int, port: int) -> bool:
    """Whether this open file is a socket that accepts connections at the port."""
    try:
        if not stat.S_ISSOCK(os.fstat(handle).st_mode):
            return False
        with socket.socket(fileno=os.dup(handle)) as known:
            open_to_all = known.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
            return bool(open_to_all) and known.family != socket.AF_UNIX and known.getsockname()[1] == port
    except OSError:  # closed meanwhile
        return False


def _place() -> Path:
    """Where the directory goes: in memory, unless there is none or too little of it."""
    with suppress(OSError):
        free = os.statvfs(_MEMORY)
        if os.access(_MEMORY, os.W_OK) and free.f_bavail * free.f_frsize >= _ROOM:
            return _MEMORY
    return Path(tempfile.gettempdir())


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


def events(settings: Settings) -> Path | None:
    """The file of the event log: the store's; None where the store is no file."""
    scheme, _, file = settings.store.partition("sqlite:///")
    return None if scheme or not file else Path(file)


def last_good(settings: Settings) -> Path | None:
    """Where the last good edition survives a restart: beside the store's file; None without one."""
    file = events(settings)
    return file and file.with_suffix(".edition.json")


def switches(settings: Settings) -> Path | None:
    """Where it is kept what is switched off: beside the store's file; None without one."""
    kept = last_good(settings)
    return kept and kept.with_name(kept.name.removesuffix(".edition.json") + ".off.json")


async def orphaned(parent: int) -> None:
    """Returns when the process that started this one, `parent`, is gone, however and whenever it ended."""
    while os.getppid() == parent:  # noqa: ASYNC110 - the system sends no event for it
        await asyncio.sleep(0.5)
