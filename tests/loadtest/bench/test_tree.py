"""What the kernel says of processes: proc(5)."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from loadtest.bench.tree import Stat, cpu_seconds, family, memory_bytes, parse

TICKS = os.sysconf("SC_CLK_TCK")
LINE = "{pid} ({name}) S {parent} 1 1 0 -1 4194560 100 0 0 0 {user} {system} {cuser} {csystem} 20 0 3 0 100 1000 50"


def line(name: str, pid: int = 7, parent: int = 1, times: tuple[int, int, int, int] = (0, 0, 0, 0)) -> str:
    user, system, cuser, csystem = times
    return LINE.format(pid=pid, name=name, parent=parent, user=user, system=system, cuser=cuser, csystem=csystem)


def test_cpu_time_is_user_and_system_time_with_that_of_buried_children() -> None:
    assert parse(line("nginx", times=(1 * TICKS, 2 * TICKS, 3 * TICKS, 4 * TICKS))).seconds == pytest.approx(10.0)


@pytest.mark.parametrize("name", ["python3", "a name", "a) S 9 (b", "((("])
def test_a_process_may_be_called_anything(name: str) -> None:
    assert parse(line(name, pid=7, parent=3)) == Stat(7, 3, 0.0)


def test_a_family_is_a_process_with_its_children_and_theirs() -> None:
    everyone = [Stat(1, 0, 0.0), Stat(5, 3, 0.0), Stat(3, 2, 0.0), Stat(2, 1, 0.0), Stat(4, 2, 0.0), Stat(9, 1, 0.0)]
    assert {each.pid for each in family(2, everyone)} == {2, 3, 4, 5}


def test_a_process_that_is_gone_has_no_family() -> None:
    assert family(2, [Stat(1, 0, 0.0)]) == []


def test_work_of_a_child_that_has_ended_is_charged_to_the_tree() -> None:
    before = cpu_seconds(os.getpid())
    subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.05: pass"], check=True)
    assert cpu_seconds(os.getpid()) - before >= 0.04


def test_memory_of_a_tree_is_known() -> None:
    assert memory_bytes(os.getpid()) > 2**20
