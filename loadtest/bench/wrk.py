"""The load generator: wrk, with the header fields of a browser, over keep-alive connections."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

from loadtest.bench.cores import LOAD, pinned
from loadtest.bench.missing import BenchError, program
from loadtest.bench.rounds import Load

CONNECTIONS: Final = 64
FIELDS: Final = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language: en-GB,en;q=0.8,nb;q=0.5",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Referer: https://shop.example/tents?page=2",
    "Cookie: session=4d1f0c7a9be24c53; windsock=1234",
    "Upgrade-Insecure-Requests: 1",
    "Sec-Fetch-Dest: document",
    "Sec-Fetch-Site: same-origin",
)
"""Nine fields; wrk adds Host."""


def load(url: str, seconds: int) -> Load:
    """Fill the server with requests for that long. BenchError when it did not work."""
    script = Path(__file__).with_name("report.lua")
    fields = [part for field in FIELDS for part in ("-H", field)]
    how = ["-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script)]
    done = subprocess.run(  # noqa: S603 -- wrk, on our own servers
        pinned([program("wrk"), *how, *fields, url], LOAD), capture_output=True, text=True, timeout=seconds + 60
    )
    if done.returncode:
        raise BenchError(f"wrk did not run: {(done.stderr or done.stdout).strip().splitlines()[-1:]}")
    return parse(done.stdout)


def parse(output: str) -> Load:
    """Read the line that `report.lua` has written."""
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise BenchError("wrk said nothing about its run")
    said = json.loads(lines[-1])
    return Load(
        requests=said["requests"],
        seconds=said["seconds"],
        bytes=said["bytes"],
        errors=said["errors"],
        p50=said["p50"] / 1000,
        p99=said["p99"] / 1000,
    )
