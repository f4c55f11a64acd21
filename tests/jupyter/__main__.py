"""A JupyterLab behind the edge, used in a headless Chromium: `make jupyter`, or `python -m tests.jupyter`.

Log in, open a notebook, run a cell over a WebSocket, upload and download 50 MB. `--direct` does the same without the
edge, to see what is JupyterLab's own doing; `--pictures FOLDER` keeps what was seen.
"""

from __future__ import annotations

import argparse
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.jupyter import environment
from tests.jupyter.laboratory import Laboratory, laboratory
from tests.wire import served

GREETING: Final = "Come in"
RULES: Final = f"""
experience: greeting
purpose: message
where: /login
slot: "#login_submit"
variants:
  usual: original
  warm: {{text: {GREETING}}}
default: warm
"""
_VISIT: Final = Path(__file__).with_name("visit.py")


def main(arguments: list[str] | None = None) -> int:
    """Visit; 0 when every step worked."""
    parser = argparse.ArgumentParser(prog="python -m tests.jupyter", description=__doc__)
    parser.add_argument("--direct", action="store_true", help="without the edge")
    parser.add_argument("--pictures", type=Path, metavar="FOLDER", help="keep the pictures of each step there")
    options = parser.parse_args(arguments)
    if not Path("/usr/bin/chromium").exists():
        print("the visit needs chromium: apt-get install chromium", file=sys.stderr)
        return 2
    python = environment.python()
    with tempfile.TemporaryDirectory(prefix="windsock-jupyter-") as name:
        home = Path(name)
        pictures = options.pictures or home / "pictures"
        pictures.mkdir(parents=True, exist_ok=True)
        with laboratory(python, home) as lab, _front(lab, home, options.direct) as (url, greeting):
            return _visit(python, lab, url, pictures, greeting)


@contextlib.contextmanager
def _front(lab: Laboratory, home: Path, direct: bool) -> Iterator[tuple[str, str]]:
    """What the browser is pointed at, and how the login page greets there."""
    if direct:
        yield lab.url, ""
        return
    rules = home / "rules"
    rules.mkdir()
    (rules / "greeting.yaml").write_text(RULES)
    with served(lab.url, rules) as edge:
        yield f"http://127.0.0.1:{edge.port}", GREETING
    complaints = [line for line in edge.said().splitlines() if " error " in line or " warning " in line]
    print(*(f"     the edge says: {line}" for line in dict.fromkeys(complaints)), sep="\n")


def _visit(python: Path, lab: Laboratory, url: str, pictures: Path, greeting: str) -> int:
    command = [str(python), str(_VISIT), url, lab.token, str(lab.files), str(pictures), greeting]
    return subprocess.run(command).returncode


if __name__ == "__main__":
    sys.exit(main())
