"""A worker that is told to end, at any moment of its start: its loop is run twice, as granian runs it."""

from __future__ import annotations

import subprocess
import sys

import pytest

WORKER = """
import asyncio, os, signal, socket, sys
import uvloop
from edge.serve.farewell import Farewell, hold_sigterm

loop = {"asyncio": asyncio, "uvloop": uvloop}[sys.argv[1]].new_event_loop()
moments = sys.argv[2:]
door = socket.socket()
door.bind(("127.0.0.1", 0))
drained = asyncio.Event()

def reach(moment):
    for _ in range(moments.count(moment)):
        os.kill(os.getpid(), signal.SIGTERM)

async def leave(seconds):
    print("left")

farewell = Farewell(leave, door.getsockname()[1], lambda: None)

async def start():
    farewell.await_sigterm()
    reach("as it starts")
    await asyncio.sleep(0.05)
    assert not drained.is_set()

async def serve():
    door.listen()
    reach("as it serves")
    await drained.wait()

hold_sigterm()
loop.add_signal_handler(signal.SIGTERM, print, "the server drains at once")
loop.add_signal_handler(signal.SIGINT, drained.set)
reach("before it starts")
loop.run_until_complete(start())
reach("before it serves")
loop.run_until_complete(serve())
print("drained")
"""
MOMENTS = ("before it starts", "as it starts", "before it serves", "as it serves")


def _ends(loop: str, *moments: str) -> list[str]:
    """What a worker says that is told to end at these moments."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER, loop, *moments], capture_output=True, text=True, timeout=20, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_sigterm_is_heard_at_whichever_moment_it_comes_and_drains_once_it_serves(loop: str, moment: str) -> None:
    assert _ends(loop, moment) == ["left", "drained"]


def test_sigterm_again_and_again_is_one_farewell() -> None:
    assert _ends("uvloop", *MOMENTS, *MOMENTS) == ["left", "drained"]


CUT = """
from edge.serve.farewell import Farewell

Farewell(None, 0, lambda: 1 // 0)._cut()
print("it goes on")
"""


def test_who_is_cut_off_ends_though_the_last_thing_to_do_fails() -> None:
    done = subprocess.run([sys.executable, "-c", CUT], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (0, "")
