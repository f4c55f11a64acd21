"""Connections are opened over TCP to each address in turn, over a Unix socket, and through TLS."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge.gateway.transport import Transport
from tests.edge.gateway.transport.conversation import conversation
from tests.edge.gateway.transport.scripted import Peer, answer, ask, echo, fetch, scripted


@dataclass(frozen=True, slots=True)
class Made:
    """Paths of a certificate for localhost, its key, and the authority that signed both it and the client's."""

    authority: Path
    certificate: Path
    key: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A certificate made by openssl for this run."""
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    return Made(certificate, certificate, key)


def server(made: Made) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    return context


def client(made: Made) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(made.authority))


@conversation
async def test_a_unix_socket_takes_the_place_of_the_network(tmp_path: Path) -> None:
    path = str(tmp_path / "origin.sock")
    async with scripted(echo, uds=path) as origin, Transport(origin.url, uds=path) as transport:
        assert (await fetch(transport, origin.url, "/a")).body == b"/a"
        assert (await fetch(transport, origin.url, "/b")).body == b"/b"
        assert origin.connections == 1


@conversation
async def test_a_unix_socket_that_is_not_there_is_a_connect_error(tmp_path: Path) -> None:
    url = httpx.URL("http://origin")
    async with Transport(url, uds=str(tmp_path / "none")) as transport:
        with pytest.raises(httpx.ConnectError):
            await ask(transport, url)


@conversation
async def test_tls_carries_pages_uploads_and_20_megabytes(made: Made) -> None:
    big = answer(b"x" * 20_000_000)

    async def script(peer: Peer) -> None:
        while True:
            request = await peer.request()
            await peer.say(big if b"/big" in request else answer(request[-3:]))

    async with scripted(script, tls=server(made)) as origin, Transport(origin.url, tls=client(made)) as transport:
        assert len((await fetch(transport, origin.url, "/big")).body) == 20_000_000
        for _ in range(3):
            body = httpx.ByteStream(b"abc")
            assert (await fetch(transport, origin.url, "/", "PUT", [(b"content-length", b"3")], body)).body == b"abc"
        assert origin.connections == 1


@conversation
async def test_the_name_of_the_origin_is_sent_as_sni_and_checked(made: Made) -> None:
    asked: list[str | None] = []
    context = server(made)
    context.sni_callback = lambda _socket, name, _context: asked.append(name)
    async with scripted(echo, tls=context) as origin, Transport(origin.url, tls=client(made)) as transport:
        await fetch(transport, origin.url)
        assert asked == ["localhost"]
        other = origin.url.copy_with(host="127.0.0.1")
        async with Transport(other, tls=client(made)) as elsewhere:
            with pytest.raises(httpx.ConnectError) as failure:
                await fetch(elsewhere, other)
        assert isinstance(failure.value.__cause__, ssl.SSLCertVerificationError)


@conversation
async def test_an_unknown_authority_is_a_connect_error_that_says_so(made: Made) -> None:
    async with scripted(echo, tls=server(made)) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.ConnectError, match="certificate") as failure:
            await fetch(transport, origin.url)
        assert isinstance(failure.value.__cause__, ssl.SSLError)


@conversation
async def test_a_client_certificate_is_shown_to_an_origin_that_asks_for_one(made: Made) -> None:
    strict = server(made)
    strict.verify_mode = ssl.CERT_REQUIRED
    strict.load_verify_locations(made.authority)
    shown = client(made)
    shown.load_cert_chain(made.certificate, made.key)
    async with scripted(echo, tls=strict) as origin:
        async with Transport(origin.url, tls=shown) as transport:
            assert (await fetch(transport, origin.url, "/a")).body == b"/a"
        async with Transport(origin.url, tls=client(made)) as transport:
            with pytest.raises(httpx.TransportError):
                await fetch(transport, origin.url, "/b")
        assert len(origin.requests) == 1


@pytest.mark.parametrize("proper", [True, False], ids=["with its alert", "without its alert"])
@conversation
async def test_a_body_without_length_is_complete_only_when_tls_was_closed_with_its_alert(
    made: Made, proper: bool
) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\n\r\nhello")
        if not proper:
            peer.end()
            await peer.left()

    async with scripted(script, tls=server(made)) as origin, Transport(origin.url, tls=client(made)) as transport:
        if proper:
            assert (await fetch(transport, origin.url)).body == b"hello"
        else:
            with pytest.raises(httpx.ReadError):
                await fetch(transport, origin.url)


@conversation
async def test_surplus_through_tls_ends_the_connection_too(made: Made) -> None:
    async def script(peer: Peer) -> None:
        if peer.number == 1:
            await peer.request()
            await peer.say(answer(b"first") + answer(b"STOLEN"))
        await echo(peer)

    async with scripted(script, tls=server(made)) as origin, Transport(origin.url, tls=client(made)) as transport:
        assert (await fetch(transport, origin.url, "/first")).body == b"first"
        assert (await fetch(transport, origin.url, "/second")).body == b"/second"


def test_https_without_a_context_trusts_the_systems_authorities() -> None:
    assert Transport(httpx.URL("https://site.example")) is not None


@conversation
async def test_a_name_that_does_not_exist_is_a_connect_error_with_its_cause() -> None:
    url = httpx.URL("http://nowhere.invalid")
    async with Transport(url) as transport:
        with pytest.raises(httpx.ConnectError) as failure:
            await ask(transport, url)
        assert isinstance(failure.value.__cause__, socket.gaierror)


@contextlib.contextmanager
def addresses(monkeypatch: pytest.MonkeyPatch, *hosts: str) -> Iterator[list[str]]:
    """A name with these addresses; the list of names that were asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int, *_told: Any, **also: Any) -> list[Any]:
        if also.get("flags"):
            raise socket.gaierror("a name, not an address")
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in hosts]

    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", resolve)
        yield asked


@conversation
async def test_the_addresses_of_a_name_are_tried_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scripted(echo) as origin:
        url = origin.url.copy_with(host="shop.example")
        with addresses(monkeypatch, "127.0.0.2", "127.0.0.1"):
            async with Transport(url) as transport:
                assert (await fetch(transport, url, "/a")).body == b"/a"


@conversation
async def test_an_address_that_does_not_answer_uses_its_share_of_the_time_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with scripted(echo) as origin:
        url = origin.url.copy_with(host="shop.example")
        with hanging("127.0.0.2", url.port or 0), addresses(monkeypatch, "127.0.0.2", "127.0.0.1"):
            async with Transport(url) as transport:
                assert (await fetch(transport, url, "/a", connect=2)).body == b"/a"


@conversation
async def test_an_origin_that_does_not_answer_at_all_ends_the_time_to_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    with hanging("127.0.0.2", 0) as port:
        url = httpx.URL(f"http://shop.example:{port}")
        with addresses(monkeypatch, "127.0.0.2"):
            async with Transport(url) as transport:
                with pytest.raises(httpx.ConnectTimeout):
                    await fetch(transport, url, connect=0.1)


@conversation
async def test_an_origin_that_is_an_address_needs_no_resolver() -> None:
    async with scripted(echo) as origin, Transport(origin.url) as transport:
        before = threading.active_count()
        await fetch(transport, origin.url)
        assert threading.active_count() == before


@conversation
async def test_an_origin_may_have_an_address_of_version_6() -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(leave, "::1", 0)
    url = httpx.URL(f"http://[::1]:{server.sockets[0].getsockname()[1]}")
    async with server, Transport(url) as transport:
        with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
            await fetch(transport, url)


@conversation
async def test_the_name_is_asked_for_again_for_each_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(answer(b"bye", b"Connection: close"))

    async with scripted(script) as origin:
        url = origin.url.copy_with(host="shop.example")
        with addresses(monkeypatch, "127.0.0.1") as asked:
            async with Transport(url) as transport:
                await fetch(transport, url)
                await fetch(transport, url)
                assert asked == ["shop.example"] * 2


@conversation
async def test_while_a_name_server_hangs_the_known_addresses_are_used_and_one_thread_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(answer(b"bye", b"Connection: close"))

    released, lookups = threading.Event(), []

    def hang(host: str, port: int, *_told: Any, **also: Any) -> list[Any]:
        if also.get("flags"):
            raise socket.gaierror("a name, not an address")
        lookups.append(threading.current_thread())
        released.wait(10)
        raise socket.gaierror(socket.EAI_AGAIN, "the name server did not answer")

    async with scripted(script) as origin:
        url = origin.url.copy_with(host="shop.example")
        async with Transport(url) as transport:
            with addresses(monkeypatch, "127.0.0.1"):
                await fetch(transport, url)
            monkeypatch.setattr(socket, "getaddrinfo", hang)
            try:
                got = await asyncio.gather(*(fetch(transport, url, connect=5) for _ in range(20)))
                assert {each.body for each in got} == {b"bye"}
                await asyncio.wait_for(asyncio.to_thread(lambda: None), 1)  # the loop's own threads are free
                assert len(lookups) == 1
            finally:
                released.set()
            lookups[0].join()
            assert (await fetch(transport, url)).body == b"bye"  # a name server in trouble takes nothing back


@contextlib.contextmanager
def hanging(host: str, port: int) -> Iterator[int]:
    """An address whose queue of connections is full, so that the next one hangs."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind((host, port))
        listener.listen(0)
        where = listener.getsockname()
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                waiting.connect(where)
        yield where[1]
