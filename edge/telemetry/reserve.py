"""Room for the counters, made sure of before they are written.

prometheus-client maps files into memory and lets them grow without asking whether there is room. Where there is none
(a full /dev/shm) the first write to such a page ends the process with SIGBUS: a visitor's page for a counter. So each
file is reserved before it is mapped, and what finds no room is counted on in the memory of this process alone, where
`/metrics` does not see it.
"""

from __future__ import annotations

import logging
import mmap
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

_log = logging.getLogger("windsock")

_FIRST: Final = 1 << 16
"""Bytes that a file begins with, as prometheus-client has it."""
_BESIDE: Final = 32
"""Bytes that a counter takes beside its key, at most."""


class Reserved(MmapedDict):
    """A file of counters that grows only where there is room; else it is left as it is, and memory takes over."""

    _f: Any
    _m: mmap.mmap

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if read_mode or _reserved(filename):
            super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]
            return
        self._f, self._fname, self._capacity = None, filename, 0
        self._positions: dict[str, int] = {}
        self._used = 8
        self._move(_FIRST)
        self._m[:4] = self._used.to_bytes(4, sys.byteorder)

    def _init_value(self, key: str) -> None:
        """Add a counter; room for it is made here, so that the base never has to."""
        while self._used + len(key.encode()) + _BESIDE > self._capacity:
            self._grow(2 * self._capacity)
        super()._init_value(key)  # type: ignore[no-untyped-call]

    def _grow(self, size: int) -> None:
        if self._f is None or not _grown(self._f.fileno(), size):
            self._move(size)
        else:
            self._m, self._capacity = mmap.mmap(self._f.fileno(), size), size

    def _move(self, size: int) -> None:
        """Go on in memory."""
        _said(Path(self._fname).parent)
        wider = mmap.mmap(-1, size)
        if self._capacity:
            wider[: self._capacity] = self._m[:]
        if self._f is not None:
            self._f.close()
        self._f, self._m, self._capacity = None, wider, size


@cache
def _said(folder: Path) -> None:
    _log.error("no room for counters in %s: this process counts on, and what is new is not seen by /metrics", folder)


def install() -> None:
    """Let all counters of this process be reserved from now on."""
    values.MmapedDict = Reserved  # type: ignore[attr-defined]  # the one place where its class can be given


def _reserved(filename: str) -> bool:
    """Whether the file is there, with room for its first counters."""
    try:
        handle = os.open(filename, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return False
    try:
        size = os.fstat(handle).st_size
        if _grown(handle, max(_FIRST, size)):
            return True
        if not size:
            Path(filename).unlink(missing_ok=True)  # who adds up all files could not read an empty one
        return False
    finally:
        os.close(handle)


def _grown(handle: int, size: int) -> bool:
    """Whether the file has so many bytes of its own now; where the system cannot promise that, it is believed."""
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(handle, 0, size)
        else:
            os.truncate(handle, size)
    except OSError:
        return False
    return True
