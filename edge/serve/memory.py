"""A worker gives back the memory that it no longer needs, where its C library is glibc.

Left alone, glibc keeps a heap for each few threads and the more at the top of them the larger the blocks were that it
has seen: after a rush of large pages a worker would stay at the size that it had then.
"""

from __future__ import annotations

import contextlib
import ctypes
from typing import Final

_TRIM_THRESHOLD: Final = -1
_ARENA_MAX: Final = -8
"""Names of mallopt(3)."""
_KEPT: Final = 128 * 1024
"""Free bytes at the end of the heap that are kept."""


def give_back() -> None:
    """From now on: one heap for all threads that are started, and few unused bytes at its end."""
    with contextlib.suppress(OSError, AttributeError):  # not every C library has it
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_TRIM_THRESHOLD, _KEPT)
        mallopt(_ARENA_MAX, 1)
