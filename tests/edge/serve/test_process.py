from __future__ import annotations

import multiprocessing
import os
import time
from typing import Any

import pytest
from granian.server import mp

from edge.serve.process import Process


class Parent:
    """What a watcher tells of a death that nobody asked for."""

    reload_on_changes = False

    def __init__(self) -> None:
        self.interrupt_children: list[int] = []
        self.main_loop_interrupt = multiprocessing.get_context("fork").Event()


def made(target: Any, *args: object) -> Process:
    granians: Any = mp.WorkerProcess
    return Process(granians(Parent(), 3, target, args))


def test_a_process_whose_end_somebody_else_was_told_of_has_ended() -> None:
    process = made(os.getpid)
    process.inner.start()
    os.waitpid(process._id(), 0)  # as whoever looks after all children does
    process._watch()
    process.join(5)
    assert not process.is_alive()


def test_its_end_is_known_before_it_is_told() -> None:
    process = made(os._exit, 1)
    process.start()
    assert process.parent.main_loop_interrupt.wait(5)
    assert (process.is_alive(), process.parent.interrupt_children) == (False, [3])


@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_it_can_be_ended_and_that_is_no_loss(how: str) -> None:
    process = made(time.sleep, 60)
    process.start()
    assert process.is_alive()
    getattr(process, how)()
    process.join(5)
    assert not process.is_alive()
    assert process.parent.interrupt_children == []


@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_one_that_has_ended_is_sent_nothing(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    process = made(os.getpid)
    process.start()
    process.join(5)
    sent: list[object] = []
    monkeypatch.setattr(os, "kill", lambda *about: sent.append(about))
    process.inner._popen.returncode = None  # as where somebody else was told of its end
    getattr(process, how)()
    assert sent == []
