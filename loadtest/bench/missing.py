"""What the bench needs and cannot find is said in one line."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Final

_PACKAGES: Final = {"wrk": "wrk", "nginx": "nginx", "taskset": "util-linux"}


class BenchError(Exception):
    """Nothing could be measured; the message is one line."""


def program(name: str) -> str:
    """Where a program of the system is. BenchError, with how to get it."""
    found = shutil.which(name, path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    if found is None:
        raise BenchError(f"the bench needs {name}, which is not installed: apt-get install {_PACKAGES[name]}")
    return found


def beside_python(name: str) -> str:
    """Where a command of this Python's environment is. BenchError, with how to get it."""
    found = Path(sys.executable).with_name(name)
    if not found.exists():
        raise BenchError(f"the bench needs {name} beside {sys.executable}: pip install windsock")
    return str(found)
