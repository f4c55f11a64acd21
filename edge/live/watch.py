"""When something in the rules folder may have changed.

Only folders that are really inside it are watched, one by one: rules are read from nowhere else, and a link to `/` must
not make this process watch the machine. So that nothing is missed between two watches, whoever listens is told to look
again each time that a new one stands: after a folder was added, replaced by another of its name, or a link above all
files swapped.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

_LOOK: Final = 300
"""Milliseconds between two looks at what the system does not tell of."""
_SETTLED: Final = 20
_LONGEST: Final = 100
"""Milliseconds without a change that end a save of many steps, and after which a save is looked at in any case."""
_MOST: Final = 1_000
"""Folders that are watched; what is in others is found when something else changes."""

Layout = frozenset[tuple[str, int, int]]
"""Which folders there are: their paths, and their numbers on the disk."""


async def changes(path: Path, stop: asyncio.Event) -> AsyncIterator[None]:
    """Something in the folder at `path` may have changed, now and until `stop`; it need not be there.

    Where the system cannot tell of changes the folder is looked at three times a second.
    """
    from watchfiles import Change, awatch

    polled = False
    while not stop.is_set():
        watched, stands = await asyncio.to_thread(layout, path), False
        yield
        if not watched:
            await _pause(stop)
            continue
        folders = sorted(folder for folder, _, _ in watched)
        try:
            async for found in awatch(
                *folders, watch_filter=None, stop_event=stop, debounce=_LONGEST, step=_SETTLED, rust_timeout=_LOOK,
                yield_on_timeout=True, force_polling=polled, poll_delay_ms=_LOOK, recursive=False,
            ):  # fmt: skip
                if found or not stands:
                    stands = True
                    yield
                gone = any(change is Change.deleted and name in folders for change, name in found)
                if gone or await asyncio.to_thread(layout, path) != watched:
                    break
        except (OSError, RuntimeError):
            polled = await asyncio.to_thread(layout, path) == watched
            await _pause(stop)


async def _pause(stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), _LOOK / 1000)
    except TimeoutError:
        return


def layout(path: Path) -> Layout:
    """The folders that are really inside the one at `path`, itself among them; empty when it is not there."""
    try:
        top, root = path.stat(), os.path.realpath(path)
    except OSError:
        return frozenset()
    found, waiting = [(root, top.st_dev, top.st_ino)], [root]
    while waiting and len(found) < _MOST:
        for entry in _folders(waiting.pop()):
            waiting.append(entry.path)
            found.append((entry.path, top.st_dev, entry.inode()))
    return frozenset(found[:_MOST])


def _folders(path: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(path) as entries:
            return [entry for entry in entries if entry.is_dir(follow_symlinks=False) and not _of_a_tool(entry.name)]
    except OSError:  # it was deleted just now, or nobody may look into it
        return []


def _of_a_tool(name: str) -> bool:
    """Whether it is hidden, as `.git` is; mounted configuration lies in folders such as `..2026_11_22`."""
    return name.startswith(".") and not name.startswith("..")
