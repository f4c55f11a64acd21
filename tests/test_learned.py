"""What a running edge makes of what was learned: shares, guardrails, and the bad days of the learner beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.events.log import Log
from tests.edge.learning.lesson import HERO, clicked, measure, put, shown
from tests.running import children, counted, serving, until
from tests.wire import RawOrigin, Served, get


@pytest.fixture
def served(origin: RawOrigin, tmp_path: Path) -> Iterator[Served]:
    """An edge with an experience that learns, whose store stands beside its rules."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "hero.yaml").write_text(HERO)
    with serving(origin, tmp_path / "rules") as served:
        yield served


def log_of(served: Served) -> Log:
    return Log(served.rules.parent / "windsock.db")


def shares(served: Served) -> dict[str, float]:
    """The distribution for a phone, as /explain tells it."""
    answer = json.loads(get(served.admin, "/explain?path=/&signal=device=mobile")[2])
    found: dict[str, float] = answer["decisions"][0]["distribution"]
    return found


def learner_of(served: Served) -> int:
    """The learner's process."""
    command = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children(served.process.pid)}
    return next(pid for pid, said in command.items() if b"edge.learner" in said)


def successes(served: Served, variant: str, name: str = "v") -> None:
    """Visits whose windows are over; that variant succeeds one time in five, the others never."""
    at = time.time() - 200
    rows = [shown(f"{name}{n}", "abc"[n % 3], at + n / 20) for n in range(1200)]
    won = [row for n, row in enumerate(rows) if row.variant == variant and n // 3 % 5 == 0]
    with log_of(served) as log:
        put(log, rows, [clicked(row.decision, row.at + 1) for row in won])


def test_what_was_learned_shows_in_explain_and_in_the_metrics(served: Served) -> None:
    assert shares(served)["b"] == pytest.approx(1 / 3, abs=0.01)
    successes(served, "b")
    until(lambda: shares(served)["b"] > 0.8, 30)
    assert sum(shares(served).values()) == pytest.approx(1)
    until(lambda: counted(served, "windsock_learner_rows_total") == 1200, 10)
    assert counted(served, "windsock_learner_snapshot_number") >= 1
    assert counted(served, "windsock_learner_lag_seconds") == 0


def test_a_learner_that_dies_is_started_again_and_nobody_notices(served: Served) -> None:
    successes(served, "b")
    until(lambda: shares(served)["b"] > 0.8, 30)
    before, learner = shares(served), learner_of(served)
    os.kill(learner, signal.SIGKILL)
    until(lambda: _said(learner) == b"")
    assert get(served.port, "/")[0] == 200
    assert get(served.admin, "/readyz")[0] == 200
    assert shares(served) == before
    assert served.says("the learner ended; it is started again")
    until(lambda: any(b"edge.learner" in _said(pid) and pid != learner for pid in children(served.process.pid)), 10)
    successes(served, "b", "w")
    until(lambda: counted(served, "windsock_learner_rows_total") == 2400, 30)


def _said(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_snapshot_that_is_not_right_never_replaces_a_good_one(served: Served) -> None:
    successes(served, "b")
    until(lambda: shares(served)["b"] > 0.8, 30)
    before, folder = shares(served), _run_of(served)
    os.kill(learner_of(served), signal.SIGSTOP)  # it would only put the right one there again
    good = (folder / "snapshot.json").read_bytes()
    for content in (
        b"\x00\xff" * 50,
        good[:-1] + b" " * 2_000_000 + b"}",  # huge
        good[: len(good) // 2],
        json.dumps({**json.loads(good), "number": 10**6}).encode(),  # another checksum
        good.replace(b'"made":', b'"made":NaN,"was":'),
        b"[" * 50_000,
        b"",
    ):
        (folder / "beside").write_bytes(content)
        (folder / "beside").replace(folder / "snapshot.json")
        time.sleep(0.3)
        assert shares(served) == before
        assert get(served.port, "/")[0] == 200
    assert served.said().count("a snapshot is not right and the last one keeps serving") >= 6
    os.kill(learner_of(served), signal.SIGCONT)


def _run_of(served: Served) -> Path:
    return Path(_said(learner_of(served)).split(b"\0")[-3].decode())


def test_a_breach_returns_the_experience_to_its_default_until_it_is_switched_on_again(served: Served) -> None:
    at = time.time() - 690
    rows = [
        shown(f"v{n}", "a" if n % 10 == 0 else "b", at + n / 100, side="holdout" if n % 10 == 0 else "personal")
        for n in range(4000)
    ]
    left = [
        measure(row.decision, "bounce", float(n // 10 % 10 < (3 if row.side == "holdout" else 7)), row.at + 1)
        for n, row in enumerate(rows)
    ]
    with log_of(served) as log:
        put(log, rows, left)
    until(lambda: _decision(served)["variant"] == "a" and _decision(served)["distribution"] == {"a": 1.0}, 40)
    assert served.says("hero returns to its default: bounce is worse than with the holdout")
    assert counted(served, "windsock_learner_experiences_stopped") == 1
    command = [sys.executable, "-m", "edge.cli", "on", "hero", "--admin", f"127.0.0.1:{served.admin}"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=served.rules.parent)
    assert done.returncode == 0, done.stderr
    until(lambda: len(_decision(served)["distribution"]) == 3, 20)
    with log_of(served) as log:
        assert [note.what for note in log.notes()] == ["lift", "breach"]


def _decision(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(get(served.admin, "/explain?path=/&signal=device=mobile")[2])["decisions"][0]
    return found
