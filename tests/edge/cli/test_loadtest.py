"""`windsock loadtest`, as a person starts it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from edge.cli import run
from edge.cli.loadtest import loopback, seconds_of
from edge.errors import WindsockError

LOADTEST = [sys.executable, "-m", "edge.cli", "loadtest"]


def started(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*LOADTEST, *arguments], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=90
    )


@pytest.mark.parametrize(("written", "seconds"), [("30s", 30), ("5m", 300), ("1h", 3600), ("45", 45), (" 2 m ", 120)])
def test_a_duration_is_seconds_minutes_or_hours(written: str, seconds: float) -> None:
    assert seconds_of(written) == seconds


@pytest.mark.parametrize("written", ["", "0s", "soon", "-3s", "1.5m", "3d", "9" * 20])
def test_a_duration_that_is_none_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(WindsockError, match="write 30s, 5m or 1h"):
        seconds_of(written)


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://127.8.9.1", True),
        ("https://[::1]:8443/", True),
        ("http://localhost:8080", True),
        ("http://10.0.0.7", False),
        ("https://shop.example", False),
        ("http://localhost.shop.example", False),
        ("http://127.0.0.1@shop.example", False),
    ],
)
def test_only_this_machine_is_visited_without_asking(host: str, ours: bool) -> None:
    assert loopback(host) is ours


@pytest.mark.parametrize("host", ["shop.example", "ftp://shop.example", "http://", "//127.0.0.1"])
def test_a_host_that_is_no_site_is_refused(host: str) -> None:
    with pytest.raises(WindsockError, match="is not a site"):
        loopback(host)


def test_another_machine_needs_a_yes(tmp_path: Path) -> None:
    done = started(tmp_path, "--host", "http://192.0.2.1", "--users", "9")
    assert done.returncode == 2
    assert done.stderr == (
        "windsock loadtest: http://192.0.2.1 is another machine; add --yes if you may send it 9 visitors at a time\n"
    )


def test_without_locust_one_line_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("loadtest.run.available", lambda: False)
    assert run(["loadtest"]) == 2
    assert capsys.readouterr().err.endswith("which is not installed: pip install 'windsock[loadtest]'\n")


def test_it_starts_the_shop_and_tells_throughput_latency_and_decision_time(tmp_path: Path) -> None:
    done = started(tmp_path, "--users", "4", "--duration", "3s", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["pages"] >= 4
    assert told["failed"] == 0
    assert told["pages_per_second"] > 0
    assert 0 < told["page_ms"]["p50"] <= told["page_ms"]["p95"] <= told["page_ms"]["p99"]
    assert 0 < told["decision_ms"]["p50"] < 100
    assert list(tmp_path.iterdir()) == []


def test_a_site_that_does_not_answer_fails_its_pages(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"http://127.0.0.1:{free.getsockname()[1]}"
        done = started(tmp_path, "--users", "2", "--duration", "2s", "--host", host)
    assert done.returncode == 1
    assert "failed: /: connection refused, " in done.stdout
