"""What granian makes of the bytes on the wire. The request check relies on this: an upgrade that changes it shows here.

Left is what a visitor sends, right is what an app behind the server is told.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sockets import opened
from tests.wire import free_port, talk

_SERVE = """
import sys
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
with_timer = {"http1_settings": HTTP1Settings(header_read_timeout=1000), "log_enabled": False}
with_timer["http"] = HTTPModes(sys.argv[2])
Granian("tests.mirror:app", port=int(sys.argv[1]), interface=Interfaces.ASGI, **with_timer).serve()
"""


@pytest.fixture(scope="module", params=["1", "auto"])
def server(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a granian with nothing but the mirror behind it, as it is set up without TLS and with it."""
    with granian(request.param) as port:
        yield port


@pytest.fixture(scope="module")
def plain() -> Iterator[int]:
    """One as it is set up without TLS."""
    with granian("1") as port:
        yield port


@contextlib.contextmanager
def granian(http: str) -> Iterator[int]:
    """Its port, for the time of a block."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", _SERVE, str(port), http], stderr=subprocess.DEVNULL)
    try:
        for _ in range(400):
            try:
                talk(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def raw(line: str, *fields: str, body: str = "") -> bytes:
    return "\r\n".join([line, *fields, "Connection: close", "", body]).encode("latin-1")


def seen(port: int, said: bytes) -> dict[str, Any]:
    """What the app was told; its fields as a list of `name: value`."""
    head, _, body = talk(port, said).partition(b"\r\n\r\n")
    assert b" 200 " in head[:16], head
    told: dict[str, Any] = json.loads(body)
    told["fields"] = [f"{name}: {value}" for name, value in told["headers"] if name != "connection"]
    return told


@pytest.mark.parametrize(
    ("target", "raw_path", "query"),
    [
        ("/a%2Fb/../c;x=1", "/a%2Fb/../c;x=1", ""),
        ("//host/p?a=%20&", "//host/p", "a=%20&"),
        ("/p?", "/p", ""),  # the question mark is lost
        ("/p??", "/p", "?"),
        ("/p#f", "/p", ""),  # a fragment is cut off
        ("/\xc3\xa9", "/\xc3\xa9", ""),  # bytes beyond ASCII pass when they are UTF-8
        ("*", "*", ""),
        ("http://other.example/p?q", "/p", "q"),
        ("other.example", "", ""),
    ],
)
def test_the_target(server: int, target: str, raw_path: str, query: str) -> None:
    told = seen(server, raw(f"GET {target} HTTP/1.1", "Host: a"))
    assert (told["raw_path"], told["query_string"]) == (raw_path, query)


@pytest.mark.parametrize(
    ("line", "fields", "told"),
    [
        ("GET / HTTP/1.1", ["Host: a", "Host: b"], ["host: a", "host: b"]),
        ("GET / HTTP/1.1", [], ["host: "]),
        ("GET / HTTP/1.0", [], ["host: "]),
        ("GET http://other.example/ HTTP/1.1", ["Host: a"], ["host: a"]),  # whose authority should win is not seen
        ("GET http://other.example/ HTTP/1.1", [], ["host: other.example"]),
        ("GET / HTTP/1.1", ["Host: a", "X_A: 1", "X-B:  2 "], ["host: a", "x_a: 1", "x-b: 2"]),
        ("GET / HTTP/1.1", ["Host: a", "X: \xff"], ["host: a", "x: \xff"]),
    ],
)
def test_host_and_fields(server: int, line: str, fields: list[str], told: list[str]) -> None:
    assert seen(server, raw(line, *fields))["fields"] == told


@pytest.mark.parametrize(
    ("fields", "body", "told", "heard"),
    [
        (["Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\n", ["transfer-encoding: chunked"], ""),
        (["Transfer-Encoding: chunked", "Content-Length: 5"], "0\r\n\r\n", ["transfer-encoding: chunked"], ""),
        (["Transfer-Encoding: gzip, chunked"], "0\r\n\r\n", ["transfer-encoding: gzip, chunked"], ""),
        (["Content-Length: 5", "Content-Length: 5"], "abcde", ["content-length: 5"], "abcde"),
        (["Transfer-Encoding: chunked"], "1\r\na\r\n0\r\nX-T: 1\r\n\r\n", ["transfer-encoding: chunked"], "a"),
    ],
)
def test_framing(server: int, fields: list[str], body: str, told: list[str], heard: str) -> None:
    seen_ = seen(server, raw("POST / HTTP/1.1", "Host: a", *fields, body=body))
    assert (seen_["fields"], seen_["body"]) == (["host: a", *told], heard)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (raw("POST / HTTP/1.1", "Host: a", "Content-Length: 5", "Content-Length: 6", body="abcdef"), 400),
        (raw("POST / HTTP/1.1", "Host: a", "Content-Length: 5, 5", body="abcde"), 400),
        (raw("POST / HTTP/1.1", "Host: a", "Content-Length: +5", body="abcde"), 400),
        (raw("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: xchunked"), 400),
        (raw("POST / HTTP/1.0", "Host: a", "Transfer-Encoding: chunked"), 400),
        (raw("GET / HTTP/1.1", "Host: a", "X: a\x01"), 400),
        (raw("GET / HTTP/1.1", "Host: a", "X: a\x00"), 400),
        (raw("GET / HTTP/1.1", "Host: a", "X: a\rb"), 400),
        (raw("GET / HTTP/1.1", "Host: a", "X: a\r\n b"), 400),
        (raw("GET / HTTP/1.1", "Host: a", "X : a"), 400),
        (raw("GET / HTTP/1.1", "Host: a", "X(: a"), 400),
        (raw("G(T / HTTP/1.1", "Host: a"), 400),
        (raw("GET /\x7f HTTP/1.1", "Host: a"), 400),
        (raw("GET p HTTP/1.1", "Host: a", "X: a/b").replace(b" p ", b" p/q "), 400),
        (raw("GET / HTTP/1.1", "Host: a", *(f"X-{number}: 1" for number in range(100))), 431),
        (raw("GET / HTTP/1.1", "Host: a", "X: " + "x" * 500_000), 431),
        (raw("GET /" + "x" * 66_000 + " HTTP/1.1", "Host: a"), 414),
        (b"GET /\r\n\r\n", 400),
    ],
)
def test_what_never_reaches_an_app(server: int, said: bytes, status: int) -> None:
    assert talk(server, said).startswith(f"HTTP/1.1 {status} ".encode())


def test_a_method_is_told_as_it_is_also_connect(server: int) -> None:
    assert seen(server, raw("get / HTTP/1.1", "Host: a"))["method"] == "get"
    assert talk(server, raw("CONNECT a:1 HTTP/1.1", "Host: a")) == b""  # the app's 200 is taken for a tunnel


def test_names_arrive_in_lower_case_and_an_old_version_without_its_minor_number(server: int) -> None:
    told = seen(server, b"GET / HTTP/1.0\r\nHOST: a\r\nX-Mixed: Kept\r\n\r\n")
    assert told["http_version"] == "1"
    assert told["fields"] == ["host: a", "x-mixed: Kept"]


def test_leave_to_send_is_given_when_the_body_is_asked_for_and_not_before(server: int) -> None:
    fields = ("Host: a", "Expect: 100-continue", "Content-Length: 3")
    asked = talk(server, raw("POST / HTTP/1.1", *fields), until=lambda said: b"100" in said)
    assert asked.startswith(b"HTTP/1.1 100 ")
    assert talk(server, raw("POST /unread HTTP/1.1", *fields)).startswith(b"HTTP/1.1 200 ")


def test_an_app_that_fails_after_the_start_ends_the_connection(server: int) -> None:
    head, _, body = talk(server, b"GET /fails HTTP/1.1\r\nHost: a\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == b"{"


def test_a_client_that_closes_its_half_counts_as_gone(server: int) -> None:
    """Such clients are rare; they get nothing."""
    with socket.create_connection(("127.0.0.1", server), timeout=5) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab")
        client.shutdown(socket.SHUT_WR)
        said = client.recv(65536)
    assert json.loads(said.partition(b"\r\n\r\n")[2])["body"] == "ab"  # `http.disconnect` looks like the end


def test_the_timer_for_fields_also_ends_idle_connections(server: int) -> None:
    began = time.monotonic()
    assert talk(server, b"GET / HTTP/1.1\r\nHost: a\r\n") == b""
    assert talk(server, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("said", [b"", b"PRI * HTTP/2.0\r\n", b"G"])
def test_and_those_who_say_nothing_as_long_as_http_2_is_not_waited_for(plain: int, said: bytes) -> None:
    began = time.monotonic()
    talk(plain, said)
    assert time.monotonic() - began < 3


def test_a_websocket_does_not_tell_its_method_and_drops_fields_of_the_acceptance(server: int) -> None:
    visitor = opened(server, "/ws%2F?q=", "Sec-WebSocket-Protocol: a, b", "Content-Length: 0")
    with visitor.raw:
        told = json.loads(visitor.message())
    assert (told["type"], told["method"], told["scheme"]) == ("websocket", None, "ws")
    assert (told["raw_path"], told["query_string"], told["subprotocols"]) == ("/ws%2F", "q=", ["a", "b"])
