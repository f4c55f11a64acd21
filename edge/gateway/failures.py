"""Which failure an exception of the transport is."""

from __future__ import annotations

import socket
import ssl
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


def failure_of(error: Exception) -> Failure:
    """The row of the table for this exception; the causes behind it tell names and TLS from plain refusals."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, socket.gaierror):
            return Failure.ORIGIN_NAME
        if isinstance(cause, ssl.SSLError):
            return Failure.ORIGIN_TLS
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected" in str(error):
        return Failure.ORIGIN_CLOSED
    return next((failure for kind, failure in _BY_TYPE if isinstance(error, kind)), Failure.ORIGIN_PROTOCOL)
