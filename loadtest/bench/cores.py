"""Two cores: one for the load generator and the origin, the other for the server under test."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from loadtest.bench.missing import BenchError, program

LOAD: Final = 0
SERVER: Final = 1


def pinned(command: Sequence[str], which: int) -> list[str]:
    """The same command, held to the first or second core that we may use."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise BenchError("the bench needs two cores, one for the load and one for the server; this machine gives one")
    return [program("taskset"), "-c", str(cores[which]), *command]
