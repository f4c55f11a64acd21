"""Runs an async test on a loop of its own, and fails it when it leaves a task or a socket behind."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import ParamSpec

P = ParamSpec("P")


def conversation(test: Callable[P, Coroutine[object, object, None]]) -> Callable[P, None]:
    """The same test for pytest."""

    @functools.wraps(test)
    def run(*told: P.args, **also: P.kwargs) -> None:
        asyncio.run(_leaving_nothing(test(*told, **also)))

    return run


def sockets() -> set[str]:
    """The sockets that this process has open."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(entry.readlink()))
        except FileNotFoundError:  # the descriptor of this very listing
            continue
    return {name for name in found if name.startswith("socket:")}


async def _leaving_nothing(test: Coroutine[object, object, None]) -> None:
    before = sockets()
    await test
    for _ in range(200):
        if not sockets() - before and len(asyncio.all_tasks()) == 1:
            return
        await asyncio.sleep(0.005)
    assert not sockets() - before, "a socket is left open"
    assert len(asyncio.all_tasks()) == 1, f"a task is left running: {asyncio.all_tasks()}"
