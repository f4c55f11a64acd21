"""What is looked at before anything is started, so that a mistake is one line and not a worker that keeps dying."""

from __future__ import annotations

import contextlib
import logging
import resource
import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

from edge.errors import WindsockError
from edge.settings import Settings
from edge.web.tls import reason, towards_origin
from edge.world.sky import wrong

_log = logging.getLogger("windsock")

_MOST_VISITORS: Final = 16_384
"""Connections of visitors that one worker holds at once, whether they ask for something or not."""
_OWN: Final = 64
"""Open files of a worker that are nobody's: the log, the loop's, the edition and the counters, and some to spare."""
_FEW: Final = 256


def check_files(settings: Settings) -> None:
    """See that the rules folder is there, that weather and certificates can be used. Raises WindsockError."""
    if not settings.rules.is_dir():
        raise WindsockError(
            f"the rules folder {settings.rules} is not there; make one with: windsock init {settings.rules}"
        )
    if problem := wrong(settings):
        raise WindsockError(problem)
    _check_tls(settings)
    towards_origin(settings)  # now, before each worker fails on it


def _check_tls(settings: Settings) -> None:
    """See that the certificate and its key can be used, and together."""
    if settings.tls_cert is None or settings.tls_key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.tls_cert, settings.tls_key, password="")
    except (OSError, ssl.SSLError) as error:
        raise WindsockError(
            f"tls_cert {settings.tls_cert} and tls_key {settings.tls_key} cannot be used ({reason(error)}); "
            "give a certificate chain and its own key, both in PEM and without a password"
        ) from None


def raise_handles() -> None:
    """Take as many open files as this process may have: each visitor needs one, and one more to the origin."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def room() -> int:
    """How many visitors' connections a worker may hold: each must find a file for its own way to the origin.

    Whoever comes when all are taken waits in the queue of the kernel. Over HTTP/2 one connection carries many requests,
    each with its way to the origin: there this is an estimate.
    """
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    fit = _MOST_VISITORS if files == resource.RLIM_INFINITY else max(1, (files - _OWN) // 2)
    if fit < _FEW:
        _log.warning(
            "only %d visitors at once fit into a worker, since it may open no more than %d files; allow it more, "
            "such as LimitNOFILE=65536 with systemd or --ulimit nofile=65536 with a container",
            fit,
            files,
        )
    return min(fit, _MOST_VISITORS)


def say_origin(settings: Settings) -> None:
    """Tell at start-up when the origin does not answer: it may be on its way, so the edge starts all the same."""
    try:
        _knock(settings)
    except OSError as error:
        _log.warning(
            "the origin %s does not answer (%s); visitors get a 502 until it does",
            settings.origin,
            error.strerror or error,
        )
    _log.info("serving %s", settings.origin, extra={"listen": str(settings.listen), "admin": str(settings.admin)})


def _knock(settings: Settings) -> None:
    """Connect to the origin and hang up. Raises OSError."""
    if settings.origin_socket is not None:
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(settings.connect_timeout)
            door.connect(str(settings.origin_socket))
        return
    url = urlsplit(settings.origin)
    port = url.port or (443 if url.scheme == "https" else 80)
    socket.create_connection((url.hostname or "", port), timeout=settings.connect_timeout).close()
