"""What it was measured on, and with."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from loadtest.bench.missing import program

_PACKAGES: Final = ("windsock", "granian", "httpx", "httpcore", "sniffio", "httptools", "uvloop")


def machine() -> str:
    """Processor, cores, system and Python, in one line."""
    model = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    processor = model[1].strip() if model else platform.machine()
    cores = f"{len(os.sched_getaffinity(0))} cores"
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{processor}, {cores}, {platform.system()} {platform.release()}, {python}"


def versions() -> dict[str, str]:
    """Every program and package that takes part; a package that is not installed is left out."""
    found = {"nginx": _said("nginx", "-v"), "wrk": _said("wrk", "-v")}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _said(name: str, flag: str) -> str:
    done = subprocess.run([program(name), flag], capture_output=True, text=True, timeout=10)  # noqa: S603 -- its version
    found = re.search(r"\d+\.\d+(?:\.\d+)?", done.stdout + done.stderr)
    return found[0] if found else "unknown"
