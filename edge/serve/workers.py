"""The workers: granian, which forks them and shares the port among them, with a supervisor of our own.

Granian's ends the whole edge when a worker dies twice within some seconds, and on SIGHUP it ends each worker before
the next one serves. This one replaces what died for as long as it takes (`relapse.py`), and on SIGHUP ends a worker
only when its successor serves. It gives up in one case: no worker has ever served, and each has died three times.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels

from edge.run import Run
from edge.serve.check import room
from edge.serve.process import Process
from edge.serve.relapse import Relapse
from edge.settings import Settings
from edge.telemetry.log import configuration

_log = logging.getLogger("windsock")

_PATIENCE: Final = 30
"""Seconds for workers to drain, and for a successor to serve."""
_HEADERS_WITHIN: Final = 5_000
"""Milliseconds for a client to send its header fields."""
_MOST_HEADER_BYTES: Final = 64 * 1024
"""Over HTTP/2; the request check has the last word. Over HTTP/1.1 the server's own bound is 400 KB."""
_PING_EVERY: Final = 30_000
"""Milliseconds between pings over HTTP/2, so that clients who vanished are noticed."""
_MOST_WAITING: Final = 1024
"""Connections that nobody has accepted yet, at each worker."""
_TRIES: Final = 3
"""Deaths of each worker before any has served: then the reason is not one that heals."""


class Workers(Granian):  # type: ignore[misc, valid-type]  # granian says Any of it
    """The serving processes. `failed` says why they could never serve, once `serve` has returned."""

    def __init__(self, settings: Settings, run: Run, reload: Callable[[], object]) -> None:
        super().__init__("windsock", **_options(settings))
        self.failed = ""
        self._run = run
        self._relapse = Relapse()
        self._leaving: list[threading.Thread] = []
        self.on_reload(reload)

    def _serve_loop(self, spawn_target: Any, target_loader: Any) -> None:
        while not self.interrupt_signal:
            self._replace_the_dead(spawn_target, target_loader)
            if self._hopeless():
                self.failed = "no worker could start; the log says why"
                return
            if self.reload_signal:
                self._reload(spawn_target, target_loader)
            self.main_loop_interrupt.wait(self._relapse.wait(time.monotonic()))
            self.main_loop_interrupt.clear()
        self.interrupt_children.clear()  # whoever ended just now was told to

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Process:
        return Process(super()._spawn_worker(idx=idx, target=target, callback_loader=callback_loader))

    def _replace_the_dead(self, spawn_target: Any, target_loader: Any) -> None:
        while self.interrupt_children:
            place = self.interrupt_children.pop()
            if not self.wrks[place].is_alive():
                self._relapse.died(place, time.monotonic())
        if not self._hopeless():
            self._respawn_workers(self._relapse.take(time.monotonic()), spawn_target, target_loader)

    def _hopeless(self) -> bool:
        ever = any(self._run.ready.iterdir())
        return not ever and self._relapse.times(self.workers) >= _TRIES

    def _reload(self, spawn_target: Any, target_loader: Any) -> None:
        """Replace each worker, one at a time and none before its successor serves; the first that cannot ends this."""
        _log.info("SIGHUP: rules and certificates are read again, and workers replaced one by one")
        self.reload_signal = False
        self._call_hooks(self.hooks_reload)
        for place in range(self.workers):
            successor = self._spawn_worker(idx=place, target=spawn_target, callback_loader=target_loader)
            successor.interrupt_by_parent = True  # its death would be no loss yet
            successor.start()
            if not self._serves(successor, spawn_target, target_loader):
                successor.kill()
                if not self.interrupt_signal:
                    _log.error("the new worker does not serve, so the old ones go on; the log says why")
                return
            self._leave(self.wrks[place])
            self.wrks[place] = successor
            successor.interrupt_by_parent = False
            if not successor.is_alive():
                self.interrupt_children.append(place)

    def _serves(self, worker: Process, spawn_target: Any, target_loader: Any) -> bool:
        """Whether it does, within the time that it may take; who dies meanwhile is replaced meanwhile."""
        end = time.monotonic() + _PATIENCE
        while worker.is_alive() and not self.interrupt_signal and time.monotonic() < end:
            if worker._id() in self._run.serving():
                return True
            self._replace_the_dead(spawn_target, target_loader)
            time.sleep(0.02)
        return False

    def _leave(self, worker: Process) -> None:
        """Let it finish what it has begun, while others serve."""

        def left() -> None:
            worker.join(_PATIENCE)
            if worker.is_alive():
                worker.kill()

        worker.terminate()
        self._leaving.append(threading.Thread(target=left, daemon=True))
        self._leaving[-1].start()

    def _stop_workers(self) -> None:
        super()._stop_workers()
        for thread in self._leaving:
            thread.join(_PATIENCE)


def _options(settings: Settings) -> dict[str, Any]:
    """Without TLS only HTTP/1.1 is spoken: to find out which one it is, the server would wait for bytes for ever."""
    return {
        "address": settings.listen.host,
        "port": settings.listen.port,
        "interface": Interfaces.ASGI,
        "workers": settings.workers,
        "http": HTTPModes.auto if settings.tls_cert else HTTPModes.http1,
        "http1_settings": HTTP1Settings(header_read_timeout=_HEADERS_WITHIN),
        "respawn_failed_workers": True,
        "workers_kill_timeout": _PATIENCE,
        "http2_settings": HTTP2Settings(
            max_headers_size=_MOST_HEADER_BYTES, max_concurrent_streams=100, keep_alive_interval=_PING_EVERY
        ),
        "backlog": _MOST_WAITING,
        "backpressure": room(),
        "ssl_cert": settings.tls_cert,
        "ssl_key": settings.tls_key,
        "ssl_protocol_min": SSLProtocols.tls12,
        "log_level": LogLevels.warning,
        "log_dictconfig": configuration(settings.log_format),
    }
