"""Which failure an exception of the transport is."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import httpx

from edge.fallback import Failure

_BY_TYPE: Final[tuple[tuple[type[Exception], Failure], ...]] = (
    (httpx.ConnectTimeout, Failure.ORIGIN_CONNECT_TIME),
    (httpx.PoolTimeout, Failure.ORIGIN_CONNECT_TIME),
    (httpx.TimeoutException, Failure.ORIGIN_ANSWER_TIME),
    (httpx.ConnectError, Failure.ORIGIN_REFUSED),
    (httpx.NetworkError, Failure.ORIGIN_CLOSED),
    (httpx.ProtocolError, Failure.ORIGIN_PROTOCOL),
)

_OURS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL})
"""What this machine has run out of: file handles, memory, ports. The origin was not even asked."""


def ours(error: Exception) -> bool:
    """Whether it failed on this side, so that it says nothing about the origin."""
    if isinstance(error, httpx.PoolTimeout | httpx.LocalProtocolError):  # our own queue, a request that was never sent
        return True
    return any(isinstance(cause, OSError) and cause.errno in _OURS for cause in _causes(error))


def failure_of(error: Exception) -> Failure:
    """The row of the table for this exception; the causes behind it tell names and TLS from plain refusals."""
    for cause in _causes(error):
        if isinstance(cause, socket.gaierror):
            return Failure.ORIGIN_NAME
        if isinstance(cause, ssl.SSLError):
            return Failure.ORIGIN_TLS
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" in str(error):
        return Failure.ORIGIN_CLOSED
    return next((failure for kind, failure in _BY_TYPE if isinstance(error, kind)), Failure.ORIGIN_PROTOCOL)


def _causes(error: Exception) -> Iterator[BaseException]:
    """The exception, and those behind it."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
