"""The learner's process: reads the event log, learns, and lets the workers know.

Workers decide by its last snapshot and do not need it: when it ends, pages go on, and `windsock serve` starts it again.
It may be killed at any moment. Run as `python -m edge.learner RUN PID`, with the directory that `edge.serve` made and
the process that started this one. Of several edges with one store one learns; the others pass its snapshots on.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from edge.errors import WindsockError
from edge.events.log import Log
from edge.learning.counts import LearnerMetrics
from edge.learning.learner import PACE, Learner, latest
from edge.live.published import put, read
from edge.run import Run, events
from edge.run import last_good as last_edition
from edge.settings import Settings, from_json
from edge.telemetry.log import configure
from rules.compile import compile as compile_rules

_log = logging.getLogger("windsock")

_EVERY: Final = 0.25
"""Seconds between two looks at the log when everything is learned."""
_PAUSE: Final = 1.0
"""Seconds after something failed, or between two looks at what another learner has made."""
_SWEEP: Final = 60.0
"""Seconds between two looks for events that are too old."""
_DAY: Final = 86_400
_NICE: Final = 10
"""By how much visitors come first."""


def main(directory: str, parent: int) -> int:
    """Run until SIGTERM, which ends it at once, or until the process `parent` is gone."""
    for number in (signal.SIGINT, signal.SIGHUP):  # a terminal tells all processes; the one that started us ends us
        signal.signal(number, signal.SIG_IGN)
    os.nice(_NICE)
    run = Run(Path(directory))
    settings = from_json(run.settings.read_text())
    configure(settings.log_format)
    file = events(settings)
    if file is not None:
        Process(run, file, settings, lambda: os.getppid() == parent).run()
    return 0


class Process:
    """One learner, from its start to its end. `lives` says whether it is still needed."""

    def __init__(self, run: Run, file: Path, settings: Settings, lives: Callable[[], bool]) -> None:
        self._run, self._file, self._settings, self._lives = run, file, settings, lives
        self._counts = LearnerMetrics()
        self._edition: object = None
        self._swept = 0.0
        self._problem = ""

    def run(self) -> None:
        """Learn until nobody needs it; whatever fails is begun again from what was kept."""
        while self._lives():
            try:
                with Log(self._file, self._settings.durability) as log, turn(self._file) as ours:
                    if ours:
                        self._learn(log)
                    else:
                        self._pass_on(log)
            except (OSError, sqlite3.Error, WindsockError) as error:
                self._complain(str(error))
                time.sleep(_PAUSE)

    def _learn(self, log: Log) -> None:
        learner, self._edition = Learner(log, partial(put, path=self._run.snapshot), self._counts), None
        identity = _identity(self._file)
        while self._lives() and _identity(self._file) == identity:
            self._follow_rules(learner)
            more = learner.step(time.time())
            self._sweep(log, learner)
            self._complain("")
            if not more:
                time.sleep(_EVERY)

    def _follow_rules(self, learner: Learner) -> None:
        """Learn by the edition that workers follow, each time that there is another one."""
        edition = _identity(self._run.edition)
        if edition != self._edition:
            document = read(self._run.edition)
            if document is not None:
                learner.take(compile_rules(document), time.time())
                self._edition = edition

    def _sweep(self, log: Log, learner: Learner) -> None:
        """Remove a little of what is older than it may be."""
        now = time.time()
        if now - self._swept >= _SWEEP or now < self._swept:
            keep = self._settings.retention_days * _DAY
            if not log.sweep(now, keep, learner.room.upto(log.last())):
                self._swept = now

    def _pass_on(self, log: Log) -> None:
        """Publish what the learner of another edge makes, for as long as that has its turn."""
        found = latest(log)
        if found is not None:
            put(found[1], self._run.snapshot)
        time.sleep(_PAUSE)

    def _complain(self, problem: str) -> None:
        """Say once what is wrong, and once that it is over."""
        if problem and problem != self._problem:
            self._counts.add("failures")
            _log.error("nothing can be learned at the moment, pages go on: %s", problem)
        elif self._problem and not problem:
            _log.info("the learner learns again")
        self._problem = problem


@contextmanager
def turn(file: Path) -> Iterator[bool]:
    """Whether this process is the one that learns from this log; the kernel ends its turn with it."""
    handle = os.open(file.with_name(f"{file.name}-learner"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def learn_now(settings: Settings) -> bool:
    """Learn all that is closed, here and now, unless a learner runs that does; whether either is so.

    False where there are no rules to learn by: what was ordered waits for the learner.
    """
    file, kept = events(settings), last_edition(settings)
    if file is None:
        return False
    with turn(file) as ours:
        document = read(kept) if kept is not None else None
        if not ours or document is None:
            return not ours
        with Log(file, settings.durability) as log:
            learner = Learner(log, bytes)  # nobody is there to be told
            learner.take(compile_rules(document), time.time())
            while learner.step(time.time()):
                pass
            learner.step(time.time() + PACE)
    return True


def _identity(path: Path) -> object:
    """Tells one file from the next of its name; of the log only which file it is, since it changes all the time."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns) if path.suffix == ".json" else status.st_ino


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
