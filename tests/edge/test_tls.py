"""https on the public listener, with HTTP/2: curl speaks it, the scripted origin sees what became of it."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from wsproto.connection import ConnectionType
from wsproto.events import CloseConnection, TextMessage

from tests.edge.conftest import RULES
from tests.sockets import Socket, accepting, request
from tests.wire import RawOrigin, Served, field, served

pytestmark = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("openssl")),
    reason="needs curl and openssl: apt-get install curl openssl",
)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=site.example"),
            *("-addext", "subjectAltName=DNS:site.example,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def secure(origin: RawOrigin, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An edge that serves https."""
    rules = tmp_path_factory.mktemp("rules")
    for name, text in RULES.items():
        (rules / name).write_text(text)
    cert, key = certificate(folder)
    with served(origin.url, rules, "--tls-cert", str(cert), "--tls-key", str(key)) as edge:
        yield edge


def curl(edge: Served, folder: Path, target: str, *flags: str) -> tuple[str, str, bytes]:
    """The version spoken, the status, and the head and body of the answer."""
    command = [
        *("curl", "--silent", "--show-error", "--include", "--max-time", "10", "--cacert", str(folder / "cert.pem")),
        *("--resolve", f"site.example:{edge.port}:127.0.0.1", *flags, f"https://site.example:{edge.port}{target}"),
    ]
    said = subprocess.run(command, check=True, capture_output=True).stdout
    version, status = said.split(b"\r\n")[0].decode().split(" ")[:2]
    return version, status, said


def test_browsers_get_http_2_and_the_origin_is_told_https(secure: Served, origin: RawOrigin, folder: Path) -> None:
    origin.page("/tls?a=%2F", b"ok", "Content-Type: text/plain", "Set-Cookie: a=1", "Set-Cookie: b=2")
    version, status, said = curl(secure, folder, "/tls?a=%2F", "--http2")
    assert (version, status) == ("HTTP/2", "200")
    assert [line for line in said.split(b"\r\n") if line.startswith(b"set-cookie")] == [
        b"set-cookie: a=1",
        b"set-cookie: b=2",
    ]
    head = origin.head("/tls?a=%2F")
    assert field(head, "via") == ["2 windsock"]
    assert field(head, "x-forwarded-proto") == ["https"]
    assert field(head, "host") == [f"site.example:{secure.port}"]


def test_http_1_is_spoken_with_those_who_ask_for_it(secure: Served, origin: RawOrigin, folder: Path) -> None:
    origin.page("/old", b"ok", "Content-Type: text/plain")
    assert curl(secure, folder, "/old", "--http1.1", "--tls-max", "1.2")[:2] == ("HTTP/1.1", "200")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PROPFIND"])
def test_an_upload_without_a_length_arrives_whole(secure: Served, origin: RawOrigin, folder: Path, method: str) -> None:
    origin.page("/up2", b"ok", "Content-Type: text/plain")
    body = folder / "body"
    body.write_bytes(b"u" * 100_000)
    flags = ("--http2", "-X", method, "-H", "Content-Length:", "-H", "Expect:", "--data-binary", f"@{body}")
    assert curl(secure, folder, "/up2", *flags)[:2] == ("HTTP/2", "200")
    head = origin.head("/up2")
    assert field(head, "transfer-encoding") == ["chunked"]
    assert origin.bodies[-1].count(b"u") == 100_000


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS", "PROPFIND"])
def test_a_request_without_a_body_gets_none(secure: Served, origin: RawOrigin, folder: Path, method: str) -> None:
    origin.page("/no-body", b"ok", "Content-Type: text/plain")
    assert curl(secure, folder, "/no-body", "--http2", "-X", method)[:2] == ("HTTP/2", "200")
    head = origin.head("/no-body")
    assert field(head, "transfer-encoding") == field(head, "content-length") == []


def test_a_long_page_is_streamed_whole(secure: Served, origin: RawOrigin, folder: Path) -> None:
    origin.page("/long", b"l" * 3_000_000, "Content-Type: text/plain")
    assert curl(secure, folder, "/long", "--http2")[2].endswith(b"l" * 3_000_000)


@pytest.mark.parametrize("fields", [b"", b"Content-Length: 0\r\n", b"Content-Length: 5\r\n"])
def test_no_content_has_no_length(secure: Served, origin: RawOrigin, folder: Path, fields: bytes) -> None:
    """A browser would wait for the bytes, or call the stream broken."""
    origin.answer("/none2", b"HTTP/1.1 204 No Content\r\n" + fields + b"\r\n")
    version, status, said = curl(secure, folder, "/none2", "--http2")
    assert (version, status) == ("HTTP/2", "204")
    assert b"content-length" not in said


def test_an_answer_that_breaks_off_does_not_look_complete(secure: Served, origin: RawOrigin, folder: Path) -> None:
    def cut(head: bytes, connection: socket.socket) -> None:
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"
        )

    origin.answer("/cut2", cut)
    with pytest.raises(subprocess.CalledProcessError):
        curl(secure, folder, "/cut2", "--http2")


@pytest.mark.parametrize(
    ("flags", "status"),
    [
        (("-H", "X-Long: " + "x" * 40_000), "431"),
        (tuple(flag for number in range(120) for flag in ("-H", f"X-{number}: 1")), "431"),
        (("-H", "Host: a..b"), "400"),
    ],
)
def test_the_request_check_holds_over_http_2(secure: Served, folder: Path, flags: tuple[str, ...], status: str) -> None:
    said = curl(secure, folder, "/checked", "--http2", *flags)
    assert said[:2] == ("HTTP/2", status)
    assert b"\r\nconnection:" not in said[2]


def test_a_drawn_bucket_is_kept_on_https_only(secure: Served, origin: RawOrigin, folder: Path) -> None:
    origin.page("/nav/x", b"<html><body></body></html>")
    said = curl(secure, folder, "/nav/x", "--http2")[2]
    assert b"; Secure" in next(line for line in said.split(b"\r\n") if line.startswith(b"set-cookie: windsock="))


def test_websockets_are_carried_over_tls(secure: Served, origin: RawOrigin, folder: Path) -> None:
    def greet(peer: Socket) -> None:
        peer.say(TextMessage("hello"))
        peer.close()

    origin.answer("/wss", accepting(greet))
    context = ssl.create_default_context(cafile=str(folder / "cert.pem"))
    with (
        socket.create_connection(("127.0.0.1", secure.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="site.example") as connection,
    ):
        head, rest = request(connection, "/wss")
        assert head.startswith(b"HTTP/1.1 101 ")
        visitor = Socket(ConnectionType.CLIENT, connection, rest)
        assert visitor.message() == "hello"
        visitor.say(CloseConnection(1000))
        visitor.close()
    assert field(origin.head("/wss"), "x-forwarded-proto") == ["https"]


def test_a_certificate_and_a_key_that_do_not_fit_are_told_in_one_line(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / "other.pem"
    subprocess.run(["openssl", "genrsa", "-out", other, "2048"], check=True, capture_output=True)
    cert, _ = certificate(tmp_path)
    with pytest.raises(AssertionError, match="cannot be used"):
        Served("http://127.0.0.1:1", tmp_path, "--tls-cert", str(cert), "--tls-key", str(other))
