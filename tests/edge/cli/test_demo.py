"""`windsock demo`, as a person starts it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

DEMO = [sys.executable, "-m", "edge.cli", "demo"]


@dataclass(frozen=True, slots=True)
class Running:
    """A demo without an end, and what it said when it had started."""

    process: subprocess.Popen[str]
    told: str


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with subprocess.Popen(
        DEMO, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as demo:
        assert demo.stdout
        yield Running(demo, "".join(demo.stdout.readline() for _ in range(4)))
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)


def urls(told: str) -> list[str]:
    return re.findall(r"http://127\.0\.0\.1:\d+/", told)


def answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code < 500
    except httpx.TransportError:
        return False


def test_it_runs_for_its_seconds_and_sums_up(tmp_path: Path) -> None:
    done = subprocess.run([*DEMO, "--seconds", "3"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    found = re.search(r"^visits +(\d+), (\d+) pages, 0 failed$", done.stdout, re.MULTILINE)
    assert found
    assert 1 <= int(found[1]) <= int(found[2])
    for line in (
        r"^decisions$",
        r"^  hero-picture +\w+ \d+",
        r"^learned +shop-window",
        r"^cache +\d+%",
        r"^fallbacks +none$",
    ):
        assert re.search(line, done.stdout, re.MULTILINE)
    assert re.search(r"^decision +[\d.]+ ms median, [\d.]+ ms p99$", done.stdout, re.MULTILINE)


def test_in_a_pipe_it_is_quiet_but_for_the_start_and_the_summary(tmp_path: Path) -> None:
    done = subprocess.run([*DEMO, "--seconds", "1"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "\x1b" not in done.stdout
    assert len(done.stdout.splitlines()) < 40
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_ends_it_gets_the_summary_and_nothing_is_left(running: Running, number: signal.Signals) -> None:
    places = urls(running.told)
    assert len(places) == 4
    assert all(map(answers, places))
    running.process.send_signal(number)
    out, err = running.process.communicate(timeout=20)
    assert (running.process.returncode, err) == (0, "")
    assert "\nfallbacks " in out
    assert not any(map(answers, places))


@pytest.mark.parametrize("seconds", ["0", "-1", "soon"])
def test_a_time_that_is_none_is_told_in_one_line(seconds: str) -> None:
    done = subprocess.run([*DEMO, "--seconds", seconds], capture_output=True, text=True, timeout=20)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "--seconds" in done.stderr
