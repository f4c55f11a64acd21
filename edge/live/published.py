"""An edition on its way from the process that reads YAML to the workers that serve.

The document is written beside its target, synced and renamed, so that a reader sees the old one or the new one and
never a part. Workers look at the file's identity ten times a second: one system call, no watcher, no library.
"""

from __future__ import annotations

import asyncio
import logging
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

import orjson

from edge.live.current import Document

_log = logging.getLogger("windsock")

_EVERY: Final = 0.1
"""Seconds between two looks."""
_LARGEST: Final = 512 * 1024 * 1024
"""Bytes of an edition."""


def publish(document: Document, path: Path) -> None:
    """Put the document at `path`, whole or not at all."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        file.write(orjson.dumps(document))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def read(path: Path) -> Document | None:
    """The document at `path`; None when there is none that can be read."""
    try:
        document = orjson.loads(_content(path))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def _content(path: Path) -> bytes:
    """What a regular file holds; nothing else is waited for, and no more is read than an edition can be."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(handle, "rb") as file:  # noqa: PTH123 - a handle, not a path
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise ValueError("this is no edition")
        return file.read(_LARGEST)


async def follow(path: Path, take: Callable[[Document], object]) -> None:
    """Pass on each document that appears at `path`, for ever. `take` is called from a thread, one call at a time."""
    seen: tuple[int, int] | None = None
    while True:
        now = _identity(path)
        if now != seen:
            seen = now
            await asyncio.to_thread(_pass_on, path, take)
        await asyncio.sleep(_EVERY)


def _pass_on(path: Path, take: Callable[[Document], object]) -> None:
    document = read(path)
    if document is not None:
        try:
            take(document)
        except Exception:  # whatever is wrong with this one, the next is waited for
            _log.exception("an edition could not be taken; the last one keeps serving")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
