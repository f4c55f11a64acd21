"""What the kernel has charged to a process and everything it has started: CPU time and memory."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")
_PSS: Final = re.compile(r"^Pss:\s+(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Stat:
    """One process: whose child it is, and its CPU seconds with those of the children that it has buried."""

    pid: int
    parent: int
    seconds: float


def parse(text: str) -> Stat:
    """Read `/proc/PID/stat` (proc(5)). The name in it may hold spaces and brackets."""
    pid, _, rest = text.partition(" (")
    fields = rest.rpartition(") ")[2].split()
    return Stat(int(pid), int(fields[1]), sum(map(int, fields[11:15])) * _TICK)


def family(root: int, everyone: list[Stat]) -> list[Stat]:
    """Choose the process `root` and its descendants."""
    found = [each for each in everyone if each.pid == root]
    for one in found:  # grows while it is walked
        found += [each for each in everyone if each.parent == one.pid]
    return found


def cpu_seconds(root: int) -> float:
    """CPU seconds of the whole tree so far."""
    return sum(each.seconds for each in family(root, list(_everyone())))


def memory_bytes(root: int) -> int:
    """Memory of the whole tree now; a page that several share counts once (proportional set size)."""
    return sum(_pss(each.pid) for each in family(root, list(_everyone())))


def _everyone() -> Iterator[Stat]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):  # it has ended meanwhile
                yield parse((folder / "stat").read_text("utf-8", "replace"))


def _pss(pid: int) -> int:
    with suppress(OSError):
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
        return int(found[1]) * 1024 if found else 0
    return 0
