"""JupyterLab, its kernel and Playwright in an environment of their own, made once from the lock beside this file.

It lives in the user's cache folder under the lock's hash, so that a changed lock makes a new one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

LOCK: Final = Path(__file__).with_name("requirements.lock")


def folder() -> Path:
    """Where the environment of this lock belongs."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "windsock" / f"jupyter-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def python() -> Path:
    """The environment's Python; the environment is made when it is not there yet."""
    home = folder()
    found, ready = home / "bin" / "python", home / "ready"
    if not ready.exists():
        print(f"Preparing {home}, once …", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        install = [
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(LOCK),
        ]
        subprocess.run([str(found), *install], check=True)
        ready.touch()
    return found
