"""An edition on its way from the process that reads YAML to the workers that serve.

The document is written beside its target, synced and renamed, so that a reader sees the old one or the new one and
never a part. Workers look at the file's identity ten times a second: one system call, no watcher, no library.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import orjson

from edge.live.current import Document

_EVERY: Final = 0.1
"""Seconds between two looks."""


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
        document = orjson.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


async def follow(path: Path, take: Callable[[Document], object]) -> None:
    """Pass on each document that appears at `path`, for ever."""
    seen: tuple[int, int] | None = None
    while True:
        now = _identity(path)
        if now != seen:
            seen, document = now, read(path)
            if document is not None:
                take(document)
        await asyncio.sleep(_EVERY)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns
