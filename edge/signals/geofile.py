"""The geo database on disk: watched, copied and checked before anybody looks into it.

An operator replaces it while the edge runs, by a rename or by copying over it, and sometimes badly. So nobody reads
the file itself: it is copied into memory that the kernel then seals (`memfd_create(2)`), and only a copy that was whole
and answers is passed on. Memory that is mapped from a sealed copy cannot be taken away, where a file that is truncated
kills whoever has it mapped. Other processes map the same copy by its path under `/proc`, so there is one for all.

Whatever is wrong with the file, the last good copy stays, and `problem` says why. It stays also for the process that
comes after this one (`kept.py`).
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

from edge.signals.geocheck import Checked, GeoFileError, checked
from edge.signals.kept import Kept

_log = logging.getLogger("windsock")

LARGEST: Final = 2 * 2**30
"""Bytes of a database."""

_EVERY: Final = 1.0
"""Seconds between two looks."""
_GRACE: Final = 60
"""Looks for which a copy that was replaced stays, for who has read where it is and has not opened it yet."""
_CHUNK: Final = 2**20
_LEAST: Final = 0.5
"""Of the countries that the running one knows, as a share: a file that knows less is a mistake."""

Document = dict[str, Any]
Identity = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Copy:
    """A checked copy in memory, for as long as its file is open."""

    file: IO[bytes]
    path: str  # where any process of this user can open it
    checked: Checked

    @property
    def type(self) -> str:
        """What the database calls itself: GeoLite2-City."""
        return self.checked.type

    @property
    def built(self) -> int:
        """When it was made, in seconds since the epoch."""
        return self.checked.built


class GeoFile:
    """Follows one file, if there is one, and passes on each good state of it as a document.

    `shared`: others open the copy by its path later; else whoever takes it opens it at once. `kept`: where the copy is
    left for the next process.
    """

    def __init__(
        self,
        path: Path | None,
        take: Callable[[Document], object],
        *,
        shared: bool = True,
        kept: Kept | None = None,
    ) -> None:
        self.problem = ""  # one line, while the file is not what it should be
        self._path, self._take, self._shared = path, take, shared
        self._kept = kept
        self._copy: Copy | None = None
        self._before: Copy | None = None  # kept open for who is about to open it
        self._looks = 0  # since the present one was passed on
        self._judged: Identity | None = None  # the state that was taken or refused last
        self._seen: Identity | None = None

    def look(self) -> None:
        """See whether the file has changed and come to rest, and take it if it is good. Blocks for its reading."""
        if self._path is None:
            return
        self._forget_the_old()
        now = _identity(self._path)
        resting, self._seen = now == self._seen or self._judged is None, now
        if now is None:
            self._judged = None
            self._says(f"{self._path} is missing")
        elif resting and now != self._judged:
            self._judged = now
            self._judge(self._path)

    async def watch(self) -> None:
        """Look once a second, for ever."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await asyncio.to_thread(self.look)
            except Exception:  # whatever is wrong with this state of the file, the next one is waited for
                _log.exception("the geo database could not be looked at; the last good one stays")

    def _judge(self, path: Path) -> None:
        try:
            copy = _copied(path)
        except (GeoFileError, OSError) as error:
            self._says(f"{path} {_reason(error)}")
            return
        if self._copy is not None and copy.checked.known < self._copy.checked.known * _LEAST:
            copy.file.close()
            self._says(f"{path} {_poor(copy.checked, self._copy.checked)}")
            return
        if self._pass_on(path, copy) and self._kept is not None:
            self._kept.keep(copy.file.fileno(), {"source": str(path), "identity": self._judged, **asdict(copy.checked)})

    def recall(self) -> None:
        """Go on from the copy that the process before this one has left, if it is of the same file."""
        left = self._kept.last() if self._kept is not None else None
        if left is None or self._path is None:
            return
        handle, about = left
        source, identity = about.pop("source"), about.pop("identity")
        if source != str(self._path):
            os.close(handle)
            return
        file = os.fdopen(handle, "r+b", buffering=0)
        self._seen, self._judged = _identity(self._path), tuple(identity)
        self._pass_on(self._path, Copy(file, f"/proc/{os.getpid()}/fd/{handle}", Checked(**about)))

    def _forget_the_old(self) -> None:
        """Let go of the copy before this one, once nobody is about to open it: memory is for one."""
        self._looks += 1
        if self._before is not None and self._looks >= _GRACE:
            self._before.file.close()
            self._before = None

    def _pass_on(self, path: Path, copy: Copy) -> bool:
        """Have it taken; False where there was no room for that."""
        if self._before is not None:
            self._before.file.close()
        self._before, self._copy, self._looks = self._copy, copy, 0
        try:
            self._take({"path": copy.path, "source": str(path), "type": copy.type, "built": copy.built})
        except OSError as error:
            self._judged = None  # it is tried again at the next look
            self._says(f"{path} cannot be passed on ({error.strerror})")
            return False
        if not self._shared:
            copy.file.close()
        self._says("")
        _log.info("a geo database serves", extra={"file": str(path), "type": copy.type})
        return True

    def _says(self, problem: str) -> None:
        if problem and problem != self.problem:
            kept = "the last good one stays" if self._copy else "the visitors' place is unknown"
            _log.warning("the geo database %s; %s", problem, kept)
        self.problem = problem

    def close(self) -> None:
        """Let go of the copies; who has one mapped keeps it."""
        for copy in (self._before, self._copy):
            if copy is not None:
                copy.file.close()
        self._before = self._copy = None


@contextmanager
def sealed(path: Path) -> Iterator[Copy]:
    """A copy of the database at `path` for a moment: whoever maps it within keeps it. Raises ValueError or OSError."""
    try:
        copy = _copied(path)
    except GeoFileError as error:
        raise ValueError(f"{path} {error}") from None
    with copy.file:
        yield copy


def _copied(path: Path) -> Copy:
    """A checked and sealed copy. Raises GeoFileError or OSError."""
    file, where = _memory()
    try:
        _fill(file, path)
        _seal(file)
        found = checked(where)
    except BaseException:
        file.close()
        raise
    return Copy(file, where, found)


def _memory() -> tuple[IO[bytes], str]:
    """A file in memory, and its path; in the folder for temporary files where the system has nothing better."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("windsock-geo", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        return os.fdopen(handle, "r+b", buffering=0), f"/proc/{os.getpid()}/fd/{handle}"
    file = tempfile.NamedTemporaryFile(prefix="windsock-geo-", buffering=0)  # noqa: SIM115 -- closed with its Copy
    return file, file.name


def _fill(file: IO[bytes], path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb", buffering=0) as source:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise GeoFileError("is not a file; name the .mmdb file itself")
        if status.st_size > LARGEST:
            raise GeoFileError(f"is larger than {LARGEST >> 30} GiB; check that it is a geo database")
        while chunk := source.read(_CHUNK):
            file.write(chunk)
            if file.tell() > status.st_size:
                break
        if file.tell() != status.st_size or _of(os.fstat(handle)) != _of(status):
            raise GeoFileError("changed while it was read; it is read again when it is whole")


def _seal(file: IO[bytes]) -> None:
    if hasattr(fcntl, "F_ADD_SEALS"):
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, seals)


def _poor(new: Checked, running: Checked) -> str:
    return (
        f"knows the country of {new.known:.0%} of its networks, the running one of {running.known:.0%}; "
        "fetch it anew, or restart the edge if it is meant"
    )


def _reason(error: GeoFileError | OSError) -> str:
    return f"cannot be read ({error.strerror})" if isinstance(error, OSError) else str(error)


def _identity(path: Path) -> Identity | None:
    try:
        return _of(path.stat())
    except OSError:
        return None


def _of(status: os.stat_result) -> Identity:
    return status.st_ino, status.st_size, status.st_mtime_ns
