"""`windsock serve`: one control process, N workers, and this process, which watches over them.

The control process starts first and publishes the edition; then granian forks the workers. SIGTERM and SIGINT drain:
workers finish what they have begun. A worker or control process that dies is replaced.
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from typing import Any, Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels

from edge.errors import WindsockError
from edge.run import Run
from edge.settings import Address, Settings, check_listeners, unbuilt
from edge.signals.agent import matcher
from edge.telemetry.log import configuration, configure

_log = logging.getLogger("windsock")

_PATIENCE: Final = 30.0
"""Seconds for the control process to read the rules, and for workers to drain."""
_HEADERS_WITHIN: Final = 5_000
"""Milliseconds for a client to send its header fields."""
_MOST_HEADER_BYTES: Final = 64 * 1024
"""Over HTTP/2; the request check has the last word. Over HTTP/1.1 the server's own bound is 400 KB."""
_PING_EVERY: Final = 30_000
"""Milliseconds between pings over HTTP/2, so that clients who vanished are noticed."""
_MOST_WAITING: Final = 1024
_MOST_VISITORS: Final = 16_384
"""Connections not yet accepted, and requests at once in one worker."""


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises WindsockError, in one line, when it cannot start."""
    signal.signal(signal.SIGTERM, _leave)  # until the server takes over
    os.register_at_fork(after_in_child=_leave_at_once)
    configure(settings.log_format)
    settings = replace(settings, listen=_found(settings.listen, "listen"), admin=_found(settings.admin, "admin"))
    check_listeners(settings)
    for name in ("listen", "admin"):
        _claim(getattr(settings, name), name)
    if not settings.rules.is_dir():
        raise WindsockError(
            f"the rules folder {settings.rules} is not there; make one with: windsock init {settings.rules}"
        )
    _check_tls(settings)
    _check_authority(settings)
    for line in unbuilt(settings):
        _log.warning(line)
    _raise_handles()
    run = Run.make(settings)
    control = Control(run)
    try:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(run.metrics)
        control.start()
        _say_origin(settings)
        matcher()  # read once here, shared by the workers that are forked from here
        _workers(settings).serve(target_loader=partial(_worker, settings, run), wrap_loader=False)
    finally:
        control.stop()
        run.remove()


def _leave(*_: object) -> None:
    raise SystemExit(0)


def _leave_at_once() -> None:
    """A worker that is told to end before it serves ends there and then: it has inherited handlers of its parent's."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


def _worker(settings: Settings, run: Run) -> Any:
    """The app of one worker, made inside its process."""
    from edge.app import Worker

    return Worker(settings, run.edition, run.ready / str(os.getpid()))


def _workers(settings: Settings) -> Any:
    return Granian(
        "windsock",
        address=settings.listen.host,
        port=settings.listen.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        http=HTTPModes.auto,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_WITHIN),
        respawn_failed_workers=True,
        respawn_interval=0.1,
        workers_kill_timeout=int(_PATIENCE),
        http2_settings=HTTP2Settings(
            max_headers_size=_MOST_HEADER_BYTES, max_concurrent_streams=100, keep_alive_interval=_PING_EVERY
        ),
        backlog=_MOST_WAITING,
        backpressure=_MOST_VISITORS,
        ssl_cert=settings.tls_cert,
        ssl_key=settings.tls_key,
        ssl_protocol_min=SSLProtocols.tls12,
        log_level=LogLevels.warning,
        log_dictconfig=configuration(settings.log_format),
    )


def _found(address: Address, name: str) -> Address:
    """The same with an IP address for a host name: IPv4 where it has one, since every visitor tries that."""
    try:
        known = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", "") or error
        raise WindsockError(
            f"{name} {address} cannot be used: the host name cannot be found ({reason}); "
            f"give an address of this machine with --{name}, such as 127.0.0.1:{address.port}"
        ) from None
    known.sort(key=lambda each: each[0] != socket.AF_INET)
    return Address(str(known[0][4][0]), address.port)


def _claim(address: Address, name: str) -> None:
    """See that nobody listens there: with SO_REUSEPORT a second server would silently take half of the visitors."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            raise WindsockError(
                f"{name} {address} cannot be used ({error.strerror}); "
                f"end what listens there or give another with --{name}"
            ) from None


def _check_tls(settings: Settings) -> None:
    """See that the certificate and its key can be used, and together."""
    if settings.tls_cert is None or settings.tls_key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key, password="")
    except (OSError, ssl.SSLError) as error:
        raise WindsockError(
            f"tls_cert {settings.tls_cert} and tls_key {settings.tls_key} cannot be used ({_reason(error)}); "
            "give a certificate chain and its own key, both in PEM and without a password"
        ) from None


def _check_authority(settings: Settings) -> None:
    """See that the origin's authority can be read, before each worker fails on it."""
    if settings.origin_ca is None:
        return
    try:
        ssl.create_default_context(cafile=str(settings.origin_ca))
    except (OSError, ssl.SSLError) as error:
        raise WindsockError(
            f"origin_ca {settings.origin_ca} cannot be used ({_reason(error)}); "
            "give the certificate of who vouches for the origin, in PEM"
        ) from None


def _reason(error: OSError) -> str:
    """In few words, what speaks against a file."""
    return str(getattr(error, "reason", "") or error.strerror or error)


def _raise_handles() -> None:
    """Take as many open files as this process may have: each visitor needs one, and one more to the origin."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _say_origin(settings: Settings) -> None:
    """Tell at start-up when the origin does not answer: it may be on its way, so the edge starts all the same."""
    from urllib.parse import urlsplit

    url = urlsplit(settings.origin)
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        socket.create_connection((url.hostname or "", port), timeout=settings.connect_timeout).close()
    except OSError as error:
        _log.warning(
            "the origin %s does not answer (%s); visitors get a 502 until it does",
            settings.origin,
            error.strerror or error,
        )
    _log.info("serving %s", settings.origin, extra={"listen": str(settings.listen), "admin": str(settings.admin)})


class Control:
    """The control process, kept alive from a thread."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._process: subprocess.Popen[str] | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start it and wait for the first edition. Raises WindsockError with what it said when there is none."""
        self._process = process = self._spawn(stderr=subprocess.PIPE)
        end = time.monotonic() + _PATIENCE
        while not self._run.edition.exists():
            if process.poll() is not None or time.monotonic() > end:
                process.kill()
                said = process.communicate()[1].strip().splitlines()
                raise WindsockError(said[-1] if said else f"the rules could not be read within {_PATIENCE:.0f} s")
            time.sleep(0.02)
        threading.Thread(target=self._keep, daemon=True).start()

    def stop(self) -> None:
        """End it."""
        self._stopping.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _spawn(self, stderr: int | None = None) -> subprocess.Popen[str]:
        command = [sys.executable, "-P", "-m", "edge.control", str(self._run.path)]  # -P: nothing of the folder is run
        return subprocess.Popen(command, stderr=stderr, text=True)  # noqa: S603 - our own module, no shell

    def _keep(self) -> None:
        while not self._stopping.is_set():
            process = self._process
            if process is None:
                return
            for line in process.stderr or ():
                print(line, end="", file=sys.stderr)
            process.wait()
            if not self._stopping.wait(0.5):
                _log.error("the control process ended; it is started again", extra={"code": process.returncode})
                self._process = self._spawn()
