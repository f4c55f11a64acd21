"""The geo database on disk: watched, copied and checked before anybody looks into it.

An operator replaces it while the edge runs, by a rename or by copying over it, and sometimes badly. So nobody reads
the file itself: it is copied into memory that the kernel then seals (`memfd_create(2)`), and only a copy that was whole
and answers is passed on. Memory that is mapped from a sealed copy cannot be taken away, where a file that is truncated
kills whoever has it mapped. Other processes map the same copy by its path under `/proc`, so there is one for all.

Whatever is wrong with the file, the last good copy stays, and `problem` says why.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import IO, Any, Final

import maxminddb

_log = logging.getLogger("windsock")

LARGEST: Final = 2 * 2**30
"""Bytes of a database."""

_EVERY: Final = 1.0
"""Seconds between two looks."""
_CHUNK: Final = 2**20
_MOST_VALUES: Final = 5_000
"""Values in what is said of one address."""
_NO_PLACES: Final = re.compile("ASN|ISP|Domain|Anonymous|Connection-Type|User-Count")
_SAMPLES: Final[tuple[IPv4Address | IPv6Address, ...]] = (
    *(IPv4Address(number << 26 | 0x01010101) for number in range(64)),
    *(IPv6Address((0x2001 + number << 112) + (number << 80)) for number in range(64)),
)
"""Addresses from everywhere: a whole database answers for each, if only that it does not know."""

Document = dict[str, Any]
Identity = tuple[int, int, int]


class GeoFileError(Exception):
    """A file that cannot be used; the message completes the sentence "places.mmdb …"."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A checked copy in memory, for as long as its file is open."""

    file: IO[bytes]
    path: str  # where any process of this user can open it
    type: str  # what the database calls itself: GeoLite2-City
    built: int  # when it was made, seconds since the epoch


class GeoFile:
    """Follows one file, if there is one, and passes on each good state of it as a document.

    `shared`: others open the copy by its path later; else whoever takes it opens it at once.
    """

    def __init__(self, path: Path | None, take: Callable[[Document], object], *, shared: bool = True) -> None:
        self.problem = ""  # one line, while the file is not what it should be
        self._path, self._take, self._shared = path, take, shared
        self._copy: Copy | None = None
        self._before: Copy | None = None  # kept open for who is about to open it
        self._judged: Identity | None = None  # the state that was taken or refused last
        self._seen: Identity | None = None

    def look(self) -> None:
        """See whether the file has changed and come to rest, and take it if it is good. Blocks for its reading."""
        if self._path is None:
            return
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
        if self._before is not None:
            self._before.file.close()
        self._before, self._copy = self._copy, copy
        try:
            self._take({"path": copy.path, "source": str(path), "type": copy.type, "built": copy.built})
        except OSError as error:
            self._judged = None  # it is tried again at the next look
            self._says(f"{path} cannot be passed on ({error.strerror})")
            return
        if not self._shared:
            copy.file.close()
        self._says("")
        _log.info("a geo database serves", extra={"file": str(path), "type": copy.type})

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
        kind, built = _checked(where)
    except BaseException:
        file.close()
        raise
    return Copy(file, where, kind, built)


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


def _checked(path: str) -> tuple[str, int]:
    """The type of a database that answers, and when it was built. Raises GeoFileError."""
    try:
        with maxminddb.open_database(path) as reader:
            about = reader.metadata()
            for sample in _SAMPLES:
                if sample.version == 4 or about.ip_version == 6:
                    _weigh(reader.get(sample))
    except (maxminddb.InvalidDatabaseError, ValueError, TypeError, OSError, MemoryError, KeyError):
        raise GeoFileError("is not a whole .mmdb database; fetch it anew") from None
    if _NO_PLACES.search(str(about.database_type)):
        raise GeoFileError(f"is {about.database_type}, which knows no places; give a City or Country database")
    return str(about.database_type), int(about.build_epoch)


def _weigh(record: object) -> None:
    """Refuse records that take milliseconds to read: pointers let a small file say the same thing a million times.

    The library gives up at 65,536 values (a hundredth of a second); what describes a place has a few hundred.
    """
    values, rest = 0, [record]
    while rest:
        value = rest.pop()
        values += 1
        rest += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if values > _MOST_VALUES:
        raise GeoFileError("has records that are too large to be places; fetch it anew")


def _reason(error: GeoFileError | OSError) -> str:
    return f"cannot be read ({error.strerror})" if isinstance(error, OSError) else str(error)


def _identity(path: Path) -> Identity | None:
    try:
        return _of(path.stat())
    except OSError:
        return None


def _of(status: os.stat_result) -> Identity:
    return status.st_ino, status.st_size, status.st_mtime_ns
