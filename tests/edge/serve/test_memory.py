from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_RUSH = """
import ctypes, sys
from pathlib import Path
from edge.serve.memory import give_back

libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p]


def taken(size, number):
    blocks = [libc.malloc(size) for _ in range(number)]
    for block in blocks:
        ctypes.memset(block, 1, size)
    return blocks


def megabytes():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


if sys.argv[1] == "give back":
    give_back()
for size, number in ((2**24, 1), (100_000, 200)):
    blocks = taken(size, number)
    most = megabytes()
    for block in blocks:
        libc.free(block)
print(most - megabytes())
"""


def given_back(how: str) -> float:
    """MiB that a process has given back after it used one large block, and then 20 MB in smaller ones."""
    return float(subprocess.check_output([sys.executable, "-c", _RUSH, how]))


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries are left as they are")
def test_memory_of_a_rush_is_given_back_after_it() -> None:
    assert given_back("give back") > 15
    assert given_back("as it is") < 5
