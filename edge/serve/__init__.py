"""`windsock serve`: a control process, a learner, N workers, and this process, which watches over them.

The control process starts first and publishes the edition; then granian forks the workers. SIGTERM and SIGINT drain:
workers finish what they have begun. SIGHUP reads rules and certificates again, and replaces the workers one by one.
Whichever of them dies is replaced.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from dataclasses import replace
from functools import partial
from typing import Any, Final

from edge.errors import WindsockError
from edge.run import Run
from edge.serve.check import check_files, raise_handles, say_origin
from edge.serve.control import Control
from edge.serve.farewell import hold_sigterm
from edge.serve.learner import Learner
from edge.serve.listen import claim, found
from edge.serve.memory import give_back
from edge.serve.workers import Workers
from edge.settings import Settings, check_listeners, unbuilt
from edge.settings.secret import keys_again, keys_at_start
from edge.signals.read import prepare
from edge.telemetry.log import configure

_log = logging.getLogger("windsock")

_TOLD: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises WindsockError, in one line, when it cannot start."""
    signal.signal(signal.SIGTERM, _leave)  # until the server takes over
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what it asks for is about to happen anyway
    os.register_at_fork(before=_hold, after_in_parent=_let_go, after_in_child=_leave_at_once)
    configure(settings.log_format)
    settings = replace(settings, listen=found(settings.listen, "listen"), admin=found(settings.admin, "admin"))
    check_listeners(settings)
    held = [claim(settings.listen, "listen"), claim(settings.admin, "admin")]
    check_files(settings)
    secrets = keys_at_start(settings)
    for line in unbuilt(settings):
        _log.warning(line)
    raise_handles()
    run = Run.make(settings)
    control, learner = Control(run), Learner(run, settings)
    try:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(run.metrics)
        control.start()
        learner.start()
        say_origin(settings)
        prepare()  # read once here, shared by the workers that are forked from here
        workers = Workers(settings, run, control.reload)
        workers.serve(target_loader=partial(_worker, settings, run, os.getpid(), held, secrets), wrap_loader=False)
    finally:
        learner.stop()
        control.stop()
        run.remove()
    if workers.failed:
        raise WindsockError(workers.failed)


def _leave(*_: object) -> None:
    raise SystemExit(0)


def _hold() -> None:
    """Signals wait while a worker is forked: one that came in the midst of it would be forgotten."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _TOLD)


def _let_go() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _TOLD)


def _leave_at_once() -> None:
    """A worker that is told to end before it serves ends there and then: it has inherited handlers of its parent's."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _let_go()


def _worker(
    settings: Settings, run: Run, parent: int, held: list[socket.socket | None], secrets: tuple[bytes, ...]
) -> Any:
    """The app of one worker, made inside its process."""
    from edge.serve.worker import Worker

    give_back()
    for guard in held:  # the name of the address is the parent's: the next edge may have it while this worker drains
        if guard is not None:
            guard.close()
    worker = Worker(settings, run.edition, run.ready / str(os.getpid()), parent, keys_again(settings, secrets))
    hold_sigterm()
    return worker
