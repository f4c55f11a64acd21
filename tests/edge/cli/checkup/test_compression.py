"""`windsock doctor` on origins that compress, or do not, for a proxy."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable, Iterator

import pytest

from edge.cli import run
from tests.wire import RawOrigin

PAGE = gzip.compress(b"<!doctype html><meta charset=utf-8><p>Hi")
HEAD = (
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\n"
    b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
)


@pytest.fixture
def origin() -> Iterator[RawOrigin]:
    origin = RawOrigin()
    yield origin
    origin.close()


def compression(origin: RawOrigin, capsys: pytest.CaptureFixture[str]) -> list[str]:
    run(["doctor", "--origin", origin.url, "--json"])
    checks = json.loads(capsys.readouterr().out)["findings"]
    return [check["state"] for check in checks if check["about"] == "compression"]


def by_via(with_via: bytes) -> Callable[[bytes, socket.socket], None]:
    def answer(head: bytes, connection: socket.socket) -> None:
        connection.sendall(with_via if b"\r\nvia:" in head.lower() else HEAD % len(PAGE) + PAGE)

    return answer


def test_an_origin_that_does_not_compress_for_proxies_is_named(
    origin: RawOrigin, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nHi"
    origin.answer("/", by_via(plain))
    assert compression(origin, capsys) == ["warn"]


def test_an_origin_that_compresses_for_everybody_is_well(origin: RawOrigin, capsys: pytest.CaptureFixture[str]) -> None:
    origin.answer("/", by_via(HEAD % len(PAGE) + PAGE))
    assert compression(origin, capsys) == ["ok"]
