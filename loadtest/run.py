"""Runs Locust without its web page, in a process of its own (it patches the standard library), and reads the result."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Final

from loadtest.result import Result, read

_FAILED_PAGES: Final = 1
"""Locust's exit code when it measured, and some request failed."""

_GRACE: Final = 60.0
"""Seconds after the end in which visits may finish."""


class RunError(Exception):
    """Locust could not be run; the message is one line."""


def available() -> bool:
    """Whether Locust is installed."""
    return importlib.util.find_spec("locust") is not None


def command(host: str, users: int, seconds: float, start: str, file: Path) -> list[str]:
    """Give the command line for a headless run; `file` (.json) takes the statistics."""
    locustfile = Path(__file__).with_name("locustfile.py")
    what = ["-f", str(locustfile), "--host", host, "--users", str(users), "--spawn-rate", str(max(1, users // 3))]
    how = ["--headless", "--run-time", f"{seconds:.0f}s", "--only-summary", "--json-file", str(file.with_suffix(""))]
    return [sys.executable, "-P", "-m", "locust", *what, *how, *(["--start-page", start] if start else [])]


def run(
    host: str, users: int, seconds: float, start: str = "", progress: Callable[[float], None] = lambda _: None
) -> Result:
    """Send `users` visitors at a time to `host` for `seconds`, and give what they measured.

    `start` is the first page of every visit; empty: each persona's own. `progress` is told the share of the time that
    has passed, in [0, 1]. RunError when Locust did not measure anything.
    """
    with tempfile.TemporaryDirectory(prefix="windsock-loadtest-") as folder:
        file, log = Path(folder, "stats.json"), Path(folder, "log")
        code = _wait(command(host, users, seconds, start, file), log, seconds, progress)
        if code not in (0, _FAILED_PAGES) or not file.exists():
            raise RunError(f"Locust did not run: {_last_line(log)}")
        return read(json.loads(file.read_text("utf-8")), seconds)


def _wait(line: Sequence[str], log: Path, seconds: float, progress: Callable[[float], None]) -> int:
    begun = monotonic()
    with log.open("wb") as output, _child(line, output.fileno(), log.parent) as child:
        while (passed := monotonic() - begun) < seconds + _GRACE:
            progress(min(1.0, passed / seconds))
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.wait(0.25)
    raise RunError(f"Locust did not end {_GRACE:.0f} s after its time: {_last_line(log)}")


@contextlib.contextmanager
def _child(line: Sequence[str], output: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Locust in a folder of its own: it imports, and takes settings, from wherever it is started."""
    child = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder)  # noqa: S603
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(5)
            child.kill()
            child.wait()


def _last_line(log: Path) -> str:
    lines = log.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1].strip() if lines else "it said nothing"
