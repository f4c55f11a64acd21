"""Silence and slowness, on either side: who is waited for, for how long, and what it costs everybody else."""

from __future__ import annotations

import contextlib
import re
import resource
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.edge.conftest import RULES
from tests.sockets import Socket, accepting, opened
from tests.wire import RawOrigin, Served, field, get, served, talk

IDLE, FIRST_BYTE = 0.6, 0.8
MEGABYTE = b"m" * 2**20


@pytest.fixture(scope="module")
def hasty(origin: RawOrigin, transport: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An edge that waits for nobody."""
    rules = tmp_path_factory.mktemp("rules")
    for name, text in RULES.items():
        (rules / name).write_text(text)
    limits = ("--idle-timeout", f"{IDLE} s", "--first-byte-timeout", f"{FIRST_BYTE} s")
    with served(origin.url, rules, *limits, "--origin-transport", transport) as edge:
        yield edge


def connected(edge: Served, raw: bytes) -> socket.socket:
    """A visitor who has said this."""
    visitor = socket.create_connection(("127.0.0.1", edge.port), timeout=5)
    visitor.sendall(raw)
    return visitor


def asking(target: str, *fields: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {target} HTTP/1.1", "Host: a", *fields, "", ""]).encode()


def ended(connection: socket.socket) -> bool:
    """Whether the other side has closed."""
    with contextlib.suppress(TimeoutError):
        while True:
            try:
                if not connection.recv(65536):
                    return True
            except ConnectionResetError:
                return True
    return False


def test_an_origin_that_thinks_for_too_long_is_a_504(hasty: Served, origin: RawOrigin) -> None:
    origin.answer("/thinks", lambda head, connection: time.sleep(3))
    began = time.monotonic()
    status, head, _ = get(hasty.port, "/thinks")
    assert (status, field(head, "proxy-status")) == (504, ["windsock; error=http_response_timeout"])
    assert FIRST_BYTE <= time.monotonic() - began < FIRST_BYTE + 1


def test_an_origin_that_falls_silent_in_its_answer_is_cut_off(hasty: Served, origin: RawOrigin) -> None:
    def silent(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        time.sleep(3)

    origin.answer("/falls-silent", silent)
    began = time.monotonic()
    assert get(hasty.port, "/falls-silent")[2] == b"abc"
    assert time.monotonic() - began < IDLE + 1


def test_an_origin_that_is_slow_but_never_silent_is_waited_for(hasty: Served, origin: RawOrigin) -> None:
    def trickle(head: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
        for _ in range(8):
            time.sleep(IDLE / 4)
            connection.sendall(b"x")

    origin.answer("/trickles", trickle)
    assert get(hasty.port, "/trickles")[2] == b"x" * 8


def test_an_event_stream_may_be_silent(hasty: Served, origin: RawOrigin) -> None:
    def events(_: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        time.sleep(IDLE * 3)
        connection.sendall(b"data: late\n\n")

    origin.answer("/quiet-events", events)
    assert b"data: late" in get(hasty.port, "/quiet-events")[2]


def test_a_reader_of_an_event_stream_may_pause(hasty: Served, origin: RawOrigin) -> None:
    def events(head: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for _ in range(30):
            connection.sendall(b": " + MEGABYTE + b"\n")
        connection.sendall(b"data: end\n\n")

    origin.answer("/many-events", events)
    with connected(hasty, asking("/many-events", "Connection: close")) as visitor:
        time.sleep(IDLE * 3)
        said = b""
        while data := visitor.recv(2**20):
            said = (said + data)[-100:]
    assert b"data: end" in said


def test_a_websocket_may_be_silent(hasty: Served, origin: RawOrigin) -> None:
    def quiet(peer: Socket) -> None:
        peer.raw.settimeout(5)
        event = peer.message()
        assert event == "late"
        peer.close()

    from wsproto.events import CloseConnection, TextMessage

    origin.answer("/quiet-socket", accepting(quiet))
    visitor = opened(hasty.port, "/quiet-socket")
    with visitor.raw:
        time.sleep(IDLE * 3)
        visitor.say(TextMessage("late"))
        visitor.say(CloseConnection(1000))
        assert visitor.close().code == 1000


def test_a_visitor_who_falls_silent_in_an_upload_is_told_so(hasty: Served, origin: RawOrigin) -> None:
    origin.page("/silent-up", b"ok")
    with connected(hasty, asking("/silent-up", "Content-Length: 10", method="POST") + b"abc") as visitor:
        began = time.monotonic()
        assert visitor.recv(4096).startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < 2 * IDLE + 1


def test_a_visitor_who_does_not_read_is_cut_off_and_the_origin_with_them(hasty: Served, origin: RawOrigin) -> None:
    heard = socket.socketpair()

    def pour(head: bytes, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (40 * len(MEGABYTE)))
        connection.settimeout(10)
        with contextlib.suppress(OSError):
            for _ in range(40):
                connection.sendall(MEGABYTE)
        heard[1].send(b"!")

    origin.answer("/pours", pour)
    with heard[0], heard[1], connected(hasty, asking("/pours")):
        heard[0].settimeout(8)
        assert heard[0].recv(1) == b"!"


def test_a_client_that_sends_its_fields_too_slowly_is_cut_off(hasty: Served) -> None:
    with connected(hasty, b"GET / HTTP/1.1\r\nHost: a\r\n") as visitor:
        visitor.settimeout(8)
        assert ended(visitor)


def test_hanging_origins_and_trickling_visitors_delay_nobody_else(
    edge: Served, origin: RawOrigin, transport: str
) -> None:
    """Hundreds of requests that hang, hundreds of uploads that trickle; others notice nothing."""
    origin.page("/quick", b"ok", "Content-Type: text/plain")
    over = threading.Event()

    def hang(head: bytes, connection: socket.socket) -> None:
        over.wait(60)

    origin.answer("/hangs", hang)
    with contextlib.ExitStack() as stack:
        for _ in range(300 if transport == "own" else 60):  # httpx goes through all its connections for each request
            stack.enter_context(connected(edge, asking("/hangs")))
            stack.enter_context(connected(edge, asking("/up-slow", "Content-Length: 10", method="POST") + b"a"))
        took = []
        for _ in range(40):
            began = time.monotonic()
            assert get(edge.port, "/quick")[0] == 200
            took.append(time.monotonic() - began)
    over.set()
    assert sorted(took)[len(took) * 9 // 10] < 0.5


def test_more_idle_connections_than_the_server_queues_do_not_keep_others_out(edge: Served, origin: RawOrigin) -> None:
    """By default granian accepts no more once 1,024 connections are open."""
    origin.page("/quick", b"ok", "Content-Type: text/plain")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with contextlib.ExitStack() as stack:
            for _ in range(1100):
                stack.enter_context(connected(edge, b"GET / HTTP/1.1\r\n"))
            began = time.monotonic()
            assert get(edge.port, "/quick")[0] == 200
            assert time.monotonic() - began < 2  # and not when the server has closed the others
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory(edge: Served) -> int:
    """Bytes that the worker of an edge holds for itself."""
    family = [Path(f"/proc/{child}") for child in children(edge.process.pid)]
    rollups = [(process / "smaps_rollup").read_text() for process in family]
    return sum(1024 * int(kb) for rollup in rollups for kb in re.findall(r"Private_\w+: +(\d+) kB", rollup))


def children(process: int) -> list[int]:
    """The processes that this one has started."""
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def test_twelve_slow_readers_of_twenty_megabytes_cost_less_than_thirty(edge: Served, origin: RawOrigin) -> None:
    origin.page("/video", MEGABYTE * 20, "Content-Type: video/mp4")
    assert len(talk(edge.port, asking("/video", "Connection: close"))) > 20 * len(MEGABYTE)
    before = memory(edge)
    with contextlib.ExitStack() as stack:
        readers = [stack.enter_context(connected(edge, asking("/video"))) for _ in range(12)]
        most = 0
        for _ in range(20):
            for reader in readers:
                assert reader.recv(100)  # 1 KB a second
            time.sleep(0.1)
            most = max(most, memory(edge))
    assert most - before < 30 * 2**20
