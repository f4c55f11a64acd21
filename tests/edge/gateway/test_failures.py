"""A test per row of `edge.fallback` that concerns the origin."""

from __future__ import annotations

import asyncio
import socket
import ssl

import httpx
import pytest

from edge.fallback import FALLBACKS, Failure
from edge.gateway.forward import Gateway
from edge.gateway.forwarding import Forwarding
from edge.telemetry.metrics import Metrics
from edge.telemetry.trouble import Trouble
from edge.web.peer import Trust
from tests.asgi import ask


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (httpx.ConnectError("refused"), Failure.ORIGIN_REFUSED),
        (caused(httpx.ConnectError("name"), socket.gaierror(-2, "unknown")), Failure.ORIGIN_NAME),
        (caused(httpx.ConnectError("tls"), ssl.SSLCertVerificationError("expired")), Failure.ORIGIN_TLS),
        (httpx.ConnectTimeout("slow"), Failure.ORIGIN_CONNECT_TIME),
        (httpx.PoolTimeout("full"), Failure.ORIGIN_CONNECT_TIME),
        (httpx.ReadTimeout("slow"), Failure.ORIGIN_ANSWER_TIME),
        (httpx.ReadError("reset"), Failure.ORIGIN_CLOSED),
        (httpx.RemoteProtocolError("Server disconnected without sending a response."), Failure.ORIGIN_CLOSED),
        (httpx.RemoteProtocolError("illegal status line"), Failure.ORIGIN_PROTOCOL),
    ],
)
def test_each_failure_of_the_origin_is_a_plain_page_with_its_own_error_type(error: Exception, failure: Failure) -> None:
    def fail(_: httpx.Request) -> httpx.Response:
        raise error

    metrics = Metrics()
    gateway = Gateway(
        httpx.MockTransport(fail), httpx.URL("http://origin.example"), Forwarding(Trust()), Trouble(metrics)
    )
    said = asyncio.run(ask(gateway))
    row = FALLBACKS[failure]
    assert (said.status, said.field("proxy-status")) == (row.status, [f"windsock; error={row.proxy_error}"])
    assert said.field("cache-control") == ["no-store"]
    assert b"Reference: " in said.body
    metrics.flush()
    assert metrics.registry.get_sample_value("windsock_fallbacks_total", {"rung": "error"}) == 1
