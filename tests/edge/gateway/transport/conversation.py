"""Runs an async test on loops of its own, and looks what the test leaves behind.

Each test is held on asyncio's loop and on uvloop, which is what workers run on; a timed one on asyncio's alone, whose
clock can be put forward here.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import weakref
from collections.abc import Callable, Coroutine
from contextvars import Context
from pathlib import Path
from typing import Any, TypeVarTuple

import pytest
import uvloop

Ts = TypeVarTuple("Ts")


class DialLoop(asyncio.SelectorEventLoop):
    """A loop for real sockets with a clock that is `ahead` of time."""

    ahead = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.timers: weakref.WeakSet[asyncio.TimerHandle] = weakref.WeakSet()

    def time(self) -> float:
        return super().time() + self.ahead

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = super().call_at(when, callback, *args, context=context)
        self.timers.add(timer)
        return timer

    def running(self) -> list[asyncio.TimerHandle]:
        """The timers that will fire."""
        return [timer for timer in self.timers if not timer.cancelled() and timer.when() > self.time()]


def conversation(test: Callable[..., Coroutine[object, object, None]]) -> Callable[..., None]:
    """The same test for pytest, on each loop; it fails when a task or a socket is left."""

    @functools.wraps(test)
    def run(*told: Any, loop: Callable[[], asyncio.AbstractEventLoop], **also: Any) -> None:
        _hold(test(*told, **also), loop)

    signature = inspect.signature(test)
    of_loop = inspect.Parameter("loop", inspect.Parameter.KEYWORD_ONLY)
    vars(run)["__signature__"] = signature.replace(parameters=[*signature.parameters.values(), of_loop])
    on_each: Callable[..., None] = pytest.mark.parametrize(
        "loop", [DialLoop, uvloop.new_event_loop], ids=["asyncio", "uvloop"]
    )(run)
    return on_each


def timed(test: Callable[..., Coroutine[object, object, None]]) -> Callable[..., None]:
    """The same for a test in which it becomes `later`."""

    @functools.wraps(test)
    def run(*told: Any, **also: Any) -> None:
        _hold(test(*told, **also), DialLoop)

    return run


def _hold(test: Coroutine[object, object, None], loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(_leaving_nothing(test))


async def later(seconds: float) -> None:
    """That much later, after everything that was under way on this machine has arrived."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, DialLoop), "nobody can put another loop's clock forward: let the test be `timed`"
    await settled()
    loop.ahead += seconds
    await settled()


async def settled() -> None:
    """Some turns of the loop: what was sent over the loopback is there, and was read."""
    for _ in range(20):
        await asyncio.sleep(0)


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
            break
        await asyncio.sleep(0.005)
    assert not sockets() - before, "a socket is left open"
    assert len(asyncio.all_tasks()) == 1, f"a task is left running: {asyncio.all_tasks()}"
    loop = asyncio.get_running_loop()
    assert not isinstance(loop, DialLoop) or not loop.running(), "a timer is left running"
