"""httpx's own transport, for `origin_transport = "httpx"`, with the promises that it does not make by itself.

It skips over interim answers and trailers, but takes an answer with both Content-Length and Transfer-Encoding, hands
out a 101 that nobody asked for, and knows one time limit for the head of an answer and for every read of its body.
It also hands bytes that follow an answer to the next request on that connection: the own transport is the default.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import httpcore
import httpx

_EVENTS = "text/event-stream"
_RECEIVED = 131_072
"""Bytes that the kernel may hold of one connection. The event loop may read all of them before anyone can tell it to
stop, and for each slow reader they would then lie in our memory."""


class Stock(httpx.AsyncHTTPTransport):
    """Refuses ambiguous answers, and reads bodies under the limit `idle` of the extension `timeout`."""

    def __init__(self, **how: Any) -> None:
        super().__init__(socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVED)], **how)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer; `httpx.RemoteProtocolError` when it is not clearly one."""
        limits = dict(request.extensions.get("timeout", {}))
        request.extensions["timeout"] = limits
        response = await super().handle_async_request(request)
        doubt = _doubt(request, response)
        if doubt:
            await response.aclose()
            raise httpx.RemoteProtocolError(f"the origin answered with {doubt}")
        endless = response.headers.get("content-type", "").lower().startswith(_EVENTS)
        limits["read"] = None if endless else limits.get("idle", limits.get("read"))  # read anew for the body
        if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
            response.extensions["network_stream"] = _Tunnel(response.extensions["network_stream"])
        return response


def _doubt(request: httpx.Request, response: httpx.Response) -> str:
    """What makes this answer ambiguous; empty when nothing does."""
    if "content-length" in response.headers and "transfer-encoding" in response.headers:
        return "both Content-Length and Transfer-Encoding"
    if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS and "upgrade" not in request.headers:
        return "a change of protocols that was not asked for"
    return ""


class _Tunnel:
    """httpcore's stream after a 101, with the exceptions of httpx."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpx's signature
        """Some bytes; none at the end."""
        with _translated():
            data: bytes = await self._stream.read(max_bytes, timeout)
            return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - likewise
        """All of these bytes."""
        with _translated():
            await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        """End it."""
        with _translated():
            await self._stream.aclose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (httpcore.NetworkError, httpcore.TimeoutException) as error:
        raise httpx.NetworkError(str(error)) from error
