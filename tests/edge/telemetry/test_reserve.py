"""Counters on a full disk: the limit on file sizes stands for it, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_COUNTING = """
import resource, sys
from edge.telemetry.reserve import install
import prometheus_client as prometheus
install()
room = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
registry = prometheus.CollectorRegistry()
counter = prometheus.Counter("pages", "Pages.", ("path",), registry=registry)
plain = prometheus.Counter("plain", "Plain.", registry=registry)
for round in range(2):
    plain.inc()
    for number in range(2000):
        counter.labels(str(number)).inc()
counts = [sample.value for metric in registry.collect() for sample in metric.samples if sample.name != "pages_created"]
print(sum(value for value in counts if value == 2.0))
"""
_READING = """
import prometheus_client as prometheus
from prometheus_client import multiprocess
registry = prometheus.CollectorRegistry()
multiprocess.MultiProcessCollector(registry)
print(prometheus.generate_latest(registry).decode())
"""


def run(program: str, folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True, text=True, check=False, env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("room", [0, 4096, 65536, 100_000, 200_000, 10_000_000])
def test_however_little_room_there_is_counting_goes_on_and_what_is_written_can_be_read(
    tmp_path: Path, room: int
) -> None:
    assert run(_COUNTING, tmp_path, str(room)) == f"{2001 * 2.0}\n"
    assert all(file.stat().st_size for file in tmp_path.iterdir())
    said = run(_READING, tmp_path)
    assert ("plain_total 2.0" in said) == (room >= 10_000_000)
    assert ("plain_total" in said) == (room >= 65536)


def test_every_byte_of_a_file_is_its_own_before_it_is_mapped(tmp_path: Path) -> None:
    run(_COUNTING, tmp_path, "10000000")
    for file in tmp_path.iterdir():
        status = file.stat()
        assert status.st_blocks * 512 >= status.st_size


def test_it_is_said_once_that_there_is_no_room(tmp_path: Path) -> None:
    program = _COUNTING.replace("install()\n", "install(); import logging; logging.basicConfig(stream=sys.stdout)\n", 1)
    said = run(program, tmp_path, "100000")
    assert said.count("no room for counters in") == 1
