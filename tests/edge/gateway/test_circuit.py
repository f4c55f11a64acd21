"""What visitors, the log and the metrics see of the circuit breaker."""

from __future__ import annotations

import asyncio
import errno
import itertools
import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from edge.gateway.breaker import Rules
from edge.gateway.circuit import Circuit
from edge.gateway.forward import Gateway
from edge.gateway.forwarding import Forwarding
from edge.telemetry.metrics import Metrics
from edge.telemetry.trouble import Trouble
from edge.web.peer import Trust
from tests.asgi import Said, ask
from tests.edge.conftest import RULES
from tests.wire import RawOrigin, field, get, served


def unconnected(number: int) -> httpx.ConnectError:
    """What a transport raises when the system gives it no connection, and why."""
    error = httpx.ConnectError("no connection to the origin")
    error.__cause__ = OSError(number, os.strerror(number))
    return error


class Site:
    """A gateway to an origin that does what it is told, with a clock to turn."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = 0
        self.answer: Exception | httpx.Response = httpx.Response(200, content=b"ok")
        self.states: list[int] = []
        self.metrics = Metrics()
        trouble = Trouble(self.metrics)
        rules = Rules(unreached=3, errors=10, pages=2, pause=2.5)
        circuit = Circuit(trouble, self.states.append, rules, lambda: self.now)
        self._gateway = Gateway(
            httpx.MockTransport(self._origin),
            httpx.URL("http://origin.example"),
            Forwarding(Trust()),
            trouble,
            circuit=circuit,
        )

    def _origin(self, _: httpx.Request) -> httpx.Response:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def visit(self, times: int = 1, paths: Sequence[str] = ("/", "/tents", "/boots")) -> list[Said]:
        """What so many visitors get, one after the other, on these paths in turn."""

        async def all_of_them() -> list[Said]:
            return [await ask(self._gateway, path) for _, path in zip(range(times), itertools.cycle(paths))]

        return asyncio.run(all_of_them())

    def statuses(self, times: int) -> list[int]:
        return [said.status for said in self.visit(times)]

    def statuses_of(self, times: int, paths: Sequence[str]) -> list[int]:
        return [said.status for said in self.visit(times, paths)]


def test_an_origin_that_cannot_be_reached_is_soon_not_asked_any_more() -> None:
    site = Site()
    site.answer = httpx.ConnectError("refused")
    assert site.statuses(5) == [502, 502, 502, 503, 503]
    assert site.asked == 3


def test_visitors_hear_at_once_when_to_come_back(caplog: pytest.LogCaptureFixture) -> None:
    site = Site()
    site.answer = httpx.ConnectError("refused")
    with caplog.at_level(logging.ERROR, "windsock"):
        said = site.visit(5)[-1]
    assert said.field("retry-after") == ["3"]
    assert said.field("proxy-status") == ["windsock; error=destination_unavailable"]
    assert said.field("cache-control") == ["no-store"]
    lines = [record for record in caplog.records if record.getMessage().startswith("the origin is left alone")]
    assert len(lines) == 1  # and not one for each visitor
    assert vars(lines[0])["reference"].encode() in said.body


def test_when_it_is_there_again_visitors_get_its_pages_again() -> None:
    site = Site()
    site.answer = httpx.ConnectError("refused")
    site.visit(3)
    site.answer = httpx.Response(200, content=b"ok")
    site.now = 2.6
    assert site.statuses(2) == [200, 200]
    assert site.states == [2, 1, 0]


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(503),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("nonsense"),
        httpx.ReadError("reset"),
    ],
)
def test_an_origin_that_gives_nothing_but_errors_is_left_alone_after_many(answer: httpx.Response | Exception) -> None:
    site = Site()
    site.answer = answer
    its_own = answer.status_code if isinstance(answer, httpx.Response) else 0
    assert set(site.statuses(10)) <= {its_own, 502, 504}
    assert site.asked == 10
    assert set(site.statuses(5)) == {503}
    assert site.asked == 10


def test_one_visitor_who_asks_for_a_broken_page_again_and_again_closes_the_site_for_nobody() -> None:
    site = Site()
    assert site.statuses(3) == [200, 200, 200]
    site.answer = httpx.Response(500)
    assert set(site.statuses_of(200, ["/broken"])) == {500}
    assert set(site.statuses_of(200, ["/"])) == {500}
    assert set(site.statuses_of(200, [f"/broken/{number}" for number in range(200)])) == {500}
    site.answer = httpx.Response(200)
    assert site.statuses(3) == [200, 200, 200]
    assert site.states == []


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(503, headers={"retry-after": "3600"}),
        httpx.PoolTimeout("all busy"),
        httpx.LocalProtocolError("a request that cannot be written"),
        unconnected(errno.EMFILE),
        unconnected(errno.ENFILE),
        unconnected(errno.ENOBUFS),
        unconnected(errno.EADDRNOTAVAIL),
    ],
)
def test_what_says_nothing_of_its_health_never_opens_the_circuit(answer: httpx.Response | Exception) -> None:
    site = Site()
    site.answer = answer
    site.visit(50)
    assert site.asked == 50


def test_visitors_who_are_not_let_through_are_counted() -> None:
    site = Site()
    site.answer = httpx.ConnectError("refused")
    site.visit(10)
    site.metrics.flush()
    counted = site.metrics.registry.get_sample_value("windsock_failures_total", {"failure": "origin-open"})
    assert counted == 7


def test_an_origin_that_goes_and_comes_back(tmp_path: Path, transport: str) -> None:
    """The whole story, over real sockets: refused, left alone, there again, and on /metrics."""
    for name, text in RULES.items():
        (tmp_path / name).write_text(text)
    origin = RawOrigin()
    origin.page("/", b"ok", "Content-Type: text/plain")
    with served(origin.url, tmp_path, "--origin-transport", transport) as edge:
        assert get(edge.port)[0] == 200
        origin.close()
        statuses = [get(edge.port)[0] for _ in range(8)]
        assert set(statuses) == {502, 503}
        began = time.monotonic()
        status, head, _ = get(edge.port)
        assert status == 503
        assert time.monotonic() - began < 0.5
        assert field(head, "retry-after") == ["1"]
        assert b"windsock_origin_circuit 2.0" in get(edge.admin, "/metrics")[2]

        again = RawOrigin(origin.port)
        again.page("/", b"ok", "Content-Type: text/plain")
        end = time.monotonic() + 10
        while get(edge.port)[0] != 200:
            assert time.monotonic() < end
            time.sleep(0.1)
        assert b"windsock_origin_circuit 0.0" in get(edge.admin, "/metrics")[2]
        again.close()
