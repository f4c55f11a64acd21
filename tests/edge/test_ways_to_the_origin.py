"""The origin behind a Unix socket, and the origin that wants to see a certificate, through the running edge."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.edge.test_tls import certificate
from tests.wire import Served, talk

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
ASK = b"GET / HTTP/1.1\r\nHost: site.example\r\nConnection: close\r\n\r\n"


@pytest.fixture
def undo() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=["own", "httpx"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _answering(listener: socket.socket, undo: ExitStack, wrap: Callable[[socket.socket], socket.socket]) -> None:
    """An origin that says hello to whoever gets through."""
    undo.callback(listener.close)

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            try:
                with wrap(connection) as talking:
                    if b"\r\n\r\n" in talking.recv(65536):
                        talking.sendall(ANSWER)
            except OSError:
                connection.close()

    threading.Thread(target=serve, daemon=True).start()


def _rules(folder: Path) -> Path:
    rules = folder / "rules"
    rules.mkdir()
    return rules


def _said(undo: ExitStack, folder: Path, origin: str, *flags: str) -> bytes:
    served = Served(origin, _rules(folder), *flags)
    undo.callback(served.close)
    return talk(served.port, ASK)


def test_an_origin_may_listen_on_a_unix_socket(tmp_path: Path, undo: ExitStack, transport: str) -> None:
    path = tmp_path / "site.sock"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    _answering(listener, undo, lambda connection: connection)
    flags = ("--origin-socket", str(path), "--origin-transport", transport)
    assert _said(undo, tmp_path, "http://site.example", *flags).endswith(b"hello")


def _tls(folder: Path, undo: ExitStack) -> tuple[str, tuple[Path, Path]]:
    """An https origin that talks only to who shows the certificate; its URL, and certificate and key for both sides."""
    chain, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.load_verify_locations(chain)
    context.verify_mode = ssl.CERT_REQUIRED
    listener = socket.create_server(("127.0.0.1", 0))
    _answering(listener, undo, lambda connection: context.wrap_socket(connection, server_side=True))
    return f"https://127.0.0.1:{listener.getsockname()[1]}", (chain, key)


def test_an_origin_that_asks_for_a_certificate_gets_ours(tmp_path: Path, undo: ExitStack, transport: str) -> None:
    url, (chain, key) = _tls(tmp_path, undo)
    flags = ("--origin-ca", str(chain), "--origin-cert", str(chain), "--origin-key", str(key))
    assert _said(undo, tmp_path, url, *flags, "--origin-transport", transport).endswith(b"hello")


def test_without_a_certificate_such_an_origin_is_not_reached(tmp_path: Path, undo: ExitStack, transport: str) -> None:
    url, (chain, _) = _tls(tmp_path, undo)
    said = _said(undo, tmp_path, url, "--origin-ca", str(chain), "--origin-transport", transport)
    assert said.startswith(b"HTTP/1.1 502 ")
