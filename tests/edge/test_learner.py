"""The learner's process on bad days: killed, orphaned, without a log, with somebody else's."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.events.log import Log
from edge.learning.learner import last_good
from edge.live.published import content, publish
from edge.run import Run
from edge.settings import load
from online_models.snapshot import Snapshot, read
from rules.load import load as load_rules
from tests.edge.learning.lesson import HERO, KEY, Lesson, clicked, put, rules, shown
from tests.running import until


class Edge:
    """A run directory with rules in it, a store, and a learner that can be started and killed."""

    def __init__(self, folder: Path) -> None:
        self.store = folder / "windsock.db"
        self.rules_folder = folder / "rules"
        self.rules = rules(self.rules_folder, HERO)
        self.said = folder / "said"
        self.run = Run.make(load({"store": f"sqlite:///{self.store}", "durability": "normal"}))
        document = load_rules(folder / "rules").document
        assert document is not None
        publish(document, self.run.edition)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, parent: int = 0) -> subprocess.Popen[bytes]:
        """A learner of this edge."""
        command = [sys.executable, "-m", "edge.learner", str(self.run.path), str(parent or os.getpid())]
        environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(self.run.metrics)}
        with self.said.open("ab") as said:
            self.process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
        return self.process

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def snapshot(self) -> Snapshot | None:
        """What workers see."""
        raw = content(self.run.snapshot)
        return read(raw) if raw else None

    def learned(self) -> float:
        """Exposures in the snapshot that workers see."""
        snapshot = self.snapshot()
        model = snapshot.models.get(KEY) if snapshot else None
        return sum(visits for visits, _ in model.evidence.values()) if model else 0

    def logs(self, text: str) -> bool:
        return text in self.said.read_text()


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    edge = Edge(tmp_path)
    try:
        yield edge
    finally:
        edge.kill()
        edge.run.remove()


def visit(log: Log, number: int, rng: random.Random) -> None:
    """Some visits whose windows are over, and their rewards, as a worker commits them."""
    at, names = time.time() - 100, [f"{number}.{each}" for each in range(20)]
    pages = [shown(name, rng.choice("abc"), at, cell=(rng.choice(["mobile", "desktop"]),)) for name in names]
    put(log, pages, [clicked(each.decision, at + 5) for each in pages if rng.random() < (each.variant == "b") / 5])


def test_what_has_closed_is_published_within_seconds(edge: Edge) -> None:
    edge.start()
    until(lambda: edge.snapshot() is not None, 30)
    with Log(edge.store, "normal") as log:
        visit(log, 1, random.Random(1))
        until(lambda: edge.learned() == 20, 30)


def test_a_learner_that_is_killed_again_and_again_learns_each_row_once(edge: Edge) -> None:
    rng, rows = random.Random(11), 0
    with Log(edge.store, "normal") as log:
        for _ in range(4):
            edge.start()
            before, end = edge.learned(), time.monotonic() + 30
            while time.monotonic() < end:
                visit(log, rows, rng)
                rows += 1
                time.sleep(0.01)
                if edge.learned() != before and end - time.monotonic() > 2:
                    end = time.monotonic() + rng.uniform(0, 1.5)  # it learns: from now on, at any moment
            edge.kill()
        edge.start()
        until(lambda: edge.learned() == rows * 20, 60)
        edge.kill()
        snapshot = last_good(log)
        assert snapshot is not None
        rewards = sum(len(found) for found in _outcomes(log).values())
        assert sum(successes for _, successes in snapshot.models[KEY].evidence.values()) == rewards
        log.forget(list(log.states()))
        rebuilt = Lesson(log, edge.rules, time.time()).until(time.time() + 5)
    assert rebuilt.models == snapshot.models


def _outcomes(log: Log) -> dict[str, Any]:
    found: dict[str, Any] = {}
    after = 0
    while rows := log.exposures(after, 1000):
        found |= log.outcomes_of([row.decision for _, row in rows])
        after = rows[-1][0]
    return found


def test_told_to_end_it_ends_at_once(edge: Edge) -> None:
    process = edge.start()
    until(lambda: edge.snapshot() is not None, 30)
    process.terminate()
    assert process.wait(2) in (0, -signal.SIGTERM)


def test_a_terminal_that_interrupts_all_processes_does_not_end_it(edge: Edge) -> None:
    process = edge.start()
    until(lambda: edge.snapshot() is not None, 30)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)


def test_without_the_process_that_started_it_it_ends(edge: Edge) -> None:
    assert edge.start(parent=1 if os.getpid() != 1 else 2).wait(30) == 0


def test_it_lets_visitors_come_first(edge: Edge) -> None:
    process = edge.start()
    until(lambda: edge.snapshot() is not None, 30)
    assert os.getpriority(os.PRIO_PROCESS, process.pid) > os.getpriority(os.PRIO_PROCESS, 0)


def test_rules_that_learn_nothing_do_not_load_river(edge: Edge, tmp_path: Path) -> None:
    (tmp_path / "rules" / "0.yaml").write_text(HERO.replace("learn: [a, b, c]\n    from: [device]", "show: b"))
    publish(load_rules(tmp_path / "rules").document or {}, edge.run.edition)
    process = edge.start()
    until(lambda: edge.snapshot() is not None, 30)
    assert "river" not in Path(f"/proc/{process.pid}/maps").read_text()


def test_a_log_that_is_locked_is_waited_for(edge: Edge) -> None:
    with Log(edge.store, "normal") as log:
        visit(log, 1, random.Random(1))
    with contextlib.closing(sqlite3.connect(edge.store, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        edge.start()
        until(lambda: edge.logs("nothing can be learned"), 30)
        other.execute("ROLLBACK")
    until(lambda: edge.learned() == 20, 30)
    assert edge.logs("the learner learns again")


def test_on_a_full_disk_nothing_is_lost_and_it_goes_on_when_there_is_room(edge: Edge) -> None:
    process = edge.start()
    with Log(edge.store, "normal") as log:
        visit(log, 1, random.Random(1))
        until(lambda: edge.learned() == 20, 30)
        hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (8_192, hard))
        visit(log, 2, random.Random(2))
        until(lambda: edge.logs("nothing can be learned"), 30)
        assert edge.learned() == 20
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        until(lambda: edge.learned() == 40, 30)
        until(lambda: edge.logs("the learner learns again"), 30)
    assert process.poll() is None


@pytest.mark.parametrize("content", [b"this is no database, and never was" * 100, b"SQLite format 3\0" + b"x" * 5000])
def test_a_log_that_is_damaged_keeps_the_last_numbers_and_a_new_one_is_taken_up(edge: Edge, content: bytes) -> None:
    with Log(edge.store, "normal") as log:
        visit(log, 1, random.Random(1))
    edge.start()
    until(lambda: edge.learned() == 20, 30)
    damaged = edge.store.with_name("damaged")
    damaged.write_bytes(content)
    for name in ("windsock.db-wal", "windsock.db-shm"):
        edge.store.with_name(name).unlink(missing_ok=True)
    damaged.replace(edge.store)
    until(lambda: edge.logs("nothing can be learned"), 30)
    assert edge.learned() == 20
    edge.store.unlink()
    with Log(edge.store, "normal") as log:
        visit(log, 2, random.Random(2))
        visit(log, 3, random.Random(2))
    until(lambda: edge.learned() == 40, 30)


def test_of_two_edges_with_one_store_one_learns_and_the_other_passes_it_on(edge: Edge) -> None:
    with Log(edge.store, "normal") as log:
        visit(log, 1, random.Random(1))
    edge.start()
    until(lambda: edge.learned() == 20, 30)
    other = Run.make(load({"store": f"sqlite:///{edge.store}", "durability": "normal"}))
    try:
        with edge.said.open("ab") as said:
            second = subprocess.Popen(
                [sys.executable, "-m", "edge.learner", str(other.path), str(os.getpid())], stdout=said, stderr=said
            )
        until(lambda: content(other.snapshot) is not None, 30)
        publish(load_rules(edge.rules_folder).document or {}, other.edition)
        edge.kill()
        with Log(edge.store, "normal") as log:
            visit(log, 2, random.Random(1))
        until(lambda: _total(other) == 40, 30)
        second.kill()
        second.wait()
    finally:
        other.remove()


def _total(run: Run) -> float:
    return sum(visits for visits, _ in read(content(run.snapshot) or b"").models[KEY].evidence.values())
