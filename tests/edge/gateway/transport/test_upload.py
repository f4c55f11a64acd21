"""Request bodies stream: exactly as promised, no faster than the origin reads, and they stop for an early answer."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from edge.gateway.transport import Transport
from tests.edge.gateway.transport.conversation import conversation
from tests.edge.gateway.transport.scripted import Body, Peer, answer, ask, echo, fetch, scripted

CHUNKED = ((b"transfer-encoding", b"chunked"),)


def length(number: int) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"content-length", b"%d" % number),)


@conversation
async def test_a_body_of_known_length_is_sent_as_it_is() -> None:
    async with scripted(echo) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/", "POST", length(6), Body([b"one", b"", b"two"]))
        assert origin.requests == [b"POST / HTTP/1.1\r\nhost: site.example\r\ncontent-length: 6\r\n\r\nonetwo"]
        assert (await fetch(transport, origin.url, "/next")).body == b"/next"
        assert origin.connections == 1


@conversation
async def test_a_body_of_unknown_length_is_sent_in_chunks_of_which_none_but_the_last_is_empty() -> None:
    async with scripted(echo) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/", "POST", CHUNKED, Body([b"a" * 26, b"", b"b"]))
        assert origin.requests[0].partition(b"\r\n\r\n")[2] == b"1a\r\n" + b"a" * 26 + b"\r\n1\r\nb\r\n0\r\n\r\n"
        await fetch(transport, origin.url, "/next")
        assert origin.connections == 1


@conversation
async def test_an_announced_body_may_be_empty() -> None:
    async with scripted(echo) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/", "POST", length(0))
        await fetch(transport, origin.url, "/", "POST", CHUNKED)
        assert [request.partition(b"\r\n\r\n")[2] for request in origin.requests] == [b"", b"0\r\n\r\n"]
        assert origin.connections == 1


@conversation
async def test_each_part_is_sent_before_the_next_is_asked_for() -> None:
    heard = asyncio.Event()

    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        await heard.wait()
        yield b"two"

    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"one")
        heard.set()
        await peer.reader.readuntil(b"two")
        await peer.say(answer(b"thanks"))

    async with scripted(script) as origin, Transport(origin.url) as transport:
        assert (await fetch(transport, origin.url, "/", "POST", length(6), Body(parts()))).body == b"thanks"


@pytest.mark.parametrize(
    ("promised", "parts", "is_"),
    [(2, [b"one"], "longer"), (9, [b"one", b"two"], "shorter"), (1, [], "shorter"), (0, [b"a"], "longer")],
)
@conversation
async def test_a_body_that_breaks_its_promise_is_an_error_and_ends_the_connection(
    promised: int, parts: list[bytes], is_: str
) -> None:
    async with scripted(echo) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.LocalProtocolError, match=f"{is_} than its Content-Length"):
            await fetch(transport, origin.url, "/first", "POST", length(promised), Body(parts))
        assert (await fetch(transport, origin.url, "/next")).body == b"/next"
        assert origin.connections == 2


@conversation
async def test_what_the_source_of_a_body_raises_is_raised_and_ends_the_connection() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        raise httpx.WriteError("the visitor left while sending")

    async with scripted(echo) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.WriteError, match="visitor left"):
            await fetch(transport, origin.url, "/first", "POST", CHUNKED, Body(parts()))
        assert (await fetch(transport, origin.url, "/next")).body == b"/next"
        assert origin.connections == 2


@conversation
async def test_an_early_answer_is_delivered_while_the_upload_stops_and_its_connection_is_not_used_again() -> None:
    stopped = False

    async def parts() -> AsyncIterator[bytes]:
        nonlocal stopped
        try:
            yield b"one"
            await asyncio.Event().wait()  # a visitor who has more to say, much later
        finally:
            stopped = True

    async def script(peer: Peer) -> None:
        if peer.number == 1:
            await peer.reader.readuntil(b"one")
            await peer.say(answer(b"too large", status=b"413 Content Too Large"))
        await echo(peer)

    async with scripted(script) as origin, Transport(origin.url) as transport:
        got = await fetch(transport, origin.url, "/", "POST", length(1_000_000), Body(parts()))
        assert (got.status, got.body, stopped) == (413, b"too large", True)
        assert (await fetch(transport, origin.url, "/next")).body == b"/next"
        assert origin.connections == 2


@conversation
async def test_an_early_answer_is_read_although_the_origin_leaves_without_reading_the_rest() -> None:
    peers: asyncio.Queue[Peer] = asyncio.Queue()

    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        peer = await peers.get()
        os.write(peer.writer.get_extra_info("socket").fileno(), answer(b"no", status=b"403 Forbidden"))
        peer.end(socket.SHUT_RDWR)  # from now on, writing ends in a reset
        for _ in range(10):
            yield b"x" * 10_000  # without a turn of the loop in which the answer could be seen

    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"one")
        peers.put_nowait(peer)
        await asyncio.Event().wait()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        got = await fetch(transport, origin.url, "/", "POST", CHUNKED, Body(parts()))
        assert (got.status, got.body) == (403, b"no")


@conversation
async def test_an_interim_answer_does_not_stop_an_upload() -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        await peer.say(b"HTTP/1.1 100 Continue\r\n\r\n")
        await peer.reader.readexactly(3)
        await peer.say(answer(b"thanks"))
        await echo(peer)

    async with scripted(script) as origin, Transport(origin.url) as transport:
        assert (await fetch(transport, origin.url, "/", "POST", length(3), Body([b"one"]))).body == b"thanks"
        await fetch(transport, origin.url, "/next")
        assert origin.connections == 1


@conversation
async def test_an_origin_that_reads_slowly_holds_the_upload_back() -> None:
    pulled = 0
    piece = b"x" * 65_536
    go = asyncio.Event()

    async def parts() -> AsyncIterator[bytes]:
        nonlocal pulled
        for _ in range(400):
            pulled += 1
            yield piece

    async def script(peer: Peer) -> None:
        await go.wait()
        await peer.request()
        await peer.say(answer(b"thanks"))

    async with scripted(script) as origin, Transport(origin.url) as transport:
        fetching = asyncio.ensure_future(
            fetch(transport, origin.url, "/", "POST", length(400 * len(piece)), Body(parts()))
        )
        before = -1
        while pulled != before:
            before = pulled
            await asyncio.sleep(0.05)
        assert 0 < pulled < 400
        go.set()
        assert (await fetching).body == b"thanks"
        assert len(origin.requests[0]) > 400 * len(piece)


@conversation
async def test_an_origin_that_leaves_during_an_upload_is_a_failure() -> None:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 10_000
            await asyncio.sleep(0)

    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        peer.reset()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.TransportError, match="origin"):
            await ask(transport, origin.url, "/", "POST", CHUNKED, Body(parts()))
