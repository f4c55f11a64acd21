"""A JupyterLab for the time of a block: on loopback, behind a token, with a folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.wire import free_port

_PATIENCE: Final = 60.0
_CELL: Final[dict[str, object]] = {"cell_type": "code", "id": "first", "source": "", "outputs": [], "metadata": {}}
_NOTEBOOK: Final = {
    "cells": [{**_CELL, "execution_count": None}],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Where it listens, what opens it, and the folder that it shows."""

    url: str
    token: str
    files: Path


@contextlib.contextmanager
def laboratory(python: Path, home: Path) -> Iterator[Laboratory]:
    """Start it with an empty notebook in its folder; everything that it writes goes below `home`."""
    lab = Laboratory(f"http://127.0.0.1:{free_port()}", secrets.token_hex(24), home / "files")
    lab.files.mkdir()
    (lab.files / "hello.ipynb").write_text(json.dumps(_NOTEBOOK))
    log = home / "jupyterlab.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(python, lab), stdout=output, stderr=subprocess.STDOUT, env=_environment(python, home)
        )
    try:
        _wait(process, lab, log)
        yield lab
    finally:
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()
        process.wait()


def _command(python: Path, lab: Laboratory) -> list[str]:
    return [
        *(str(python), "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *(f"--port={lab.url.rpartition(':')[2]}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={lab.files}"),
        *(f"--IdentityProvider.token={lab.token}", "--LabApp.extension_manager=readonly"),
        *("--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"),
    ]


def _environment(python: Path, home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "PYTHON", "IPYTHON"))}
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own = {name: str(home / name.lower()) for name in places}
    return {**kept, **own, "PATH": f"{python.parent}:{kept.get('PATH', '')}"}


def _wait(process: subprocess.Popen[bytes], lab: Laboratory, log: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), direct.open(f"{lab.url}/login", timeout=5):
            return
        time.sleep(0.2)
    raise SystemExit(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-2000:]}")
