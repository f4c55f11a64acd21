"""What one process publishes and others follow: an edition on its way from where YAML is read to where it serves.

The document is written beside its target, synced and renamed, so that a reader sees the old one or the new one and
never a part. Workers look at the file's identity ten times a second: one system call, no watcher, no library.
"""

from __future__ import annotations

import asyncio
import logging
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import orjson

from edge.live.current import Document

_log = logging.getLogger("windsock")

_Found = TypeVar("_Found")

_EVERY: Final = 0.1
"""Seconds between two looks."""
_LARGEST: Final = 512 * 1024 * 1024
"""Bytes of an edition."""


def publish(document: Document, path: Path) -> None:
    """Put the document at `path`, whole or not at all: then OSError is raised, and nothing is left beside it."""
    put(orjson.dumps(document), path)


def put(content: bytes, path: Path) -> None:
    """The same with what is no document."""
    _sweep(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    _sync(path.parent)


def _sweep(path: Path) -> None:
    """Remove what a process that was killed while it published has left here."""
    for left in path.parent.glob(f".{path.name}.*"):
        try:
            os.kill(int(left.suffix[1:]), 0)
        except ProcessLookupError:
            left.unlink(missing_ok=True)
        except (OSError, ValueError):  # somebody else's
            continue


def _sync(folder: Path) -> None:
    """Let the new name survive a power cut, where the system knows how."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read(path: Path, largest: int = _LARGEST) -> Document | None:
    """The document at `path`; None when there is none that can be read, or when it has more bytes than `largest`."""
    try:
        document = orjson.loads(_content(path, largest))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def content(path: Path) -> bytes | None:
    """What was put at `path`; None when there is nothing that can be read."""
    try:
        return _content(path, _LARGEST)
    except (OSError, ValueError):
        return None


def _content(path: Path, largest: int) -> bytes:
    """What a regular file holds; nothing else is waited for, and no more is read than a document can be."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(handle, "rb") as file:  # noqa: PTH123 - a handle, not a path
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > largest:
            raise ValueError("this is no document")
        return file.read(largest)


async def follow(path: Path, take: Callable[[Document], object]) -> None:
    """Pass on each document that appears at `path`, for ever. `take` is called from a thread, one call at a time."""
    await _follow(path, take, read)


async def follow_content(path: Path, take: Callable[[bytes], object]) -> None:
    """The same with what is no document."""
    await _follow(path, take, content)


async def _follow(path: Path, take: Callable[[_Found], object], find: Callable[[Path], _Found | None]) -> None:
    seen: tuple[int, int] | None = None
    while True:
        now = _identity(path)
        if now != seen:
            seen = now
            await asyncio.to_thread(_pass_on, path, take, find)
        await asyncio.sleep(_EVERY)


def _pass_on(path: Path, take: Callable[[_Found], object], find: Callable[[Path], _Found | None]) -> None:
    try:
        found = find(path)
        if found is not None:
            take(found)
    except Exception:  # whatever is wrong with this one, the next is waited for
        _log.exception("%s could not be taken; what was there before it is used on", path.name)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
