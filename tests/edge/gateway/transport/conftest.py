"""Every test here runs on asyncio, and leaves neither a task nor a socket behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from pathlib import Path

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """The transport is made for asyncio."""
    return "asyncio"


@pytest.fixture(autouse=True)
async def nothing_left(anyio_backend: str) -> AsyncIterator[None]:
    """Fails the test after which something is still open."""
    before = _sockets()
    tasks = asyncio.all_tasks()
    yield
    for _ in range(100):
        if not _sockets() - before and not asyncio.all_tasks() - tasks:
            break
        await asyncio.sleep(0.01)
    gc.collect()
    assert not _sockets() - before, "a socket is left open"
    assert not asyncio.all_tasks() - tasks, "a task is left running"


def _sockets() -> set[str]:
    open_files = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            open_files.add(str(entry.readlink()))
        except OSError:
            continue
    return {name for name in open_files if name.startswith("socket:")}
