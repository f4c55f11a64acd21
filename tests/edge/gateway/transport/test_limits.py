"""Every phase has its time limit, and only its own. The clock is put forward by hand."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from edge.gateway.transport import Transport
from tests.edge.gateway.transport.conversation import later, settled, timed
from tests.edge.gateway.transport.scripted import Body, Peer, answer, ask, echo, fetch, scripted

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"
CHUNKED = [(b"transfer-encoding", b"chunked")]


async def hang(peer: Peer) -> None:
    """Reads the request and says nothing."""
    await peer.request()
    await peer.left()


async def slow(peer: Peer) -> None:
    """Takes 50 seconds for each answer."""
    while True:
        await peer.request()
        await later(50)
        await peer.say(answer(b"done"))


@timed
async def test_an_origin_that_does_not_finish_the_handshake_ends_the_time_to_connect() -> None:
    async def silent(peer: Peer) -> None:
        await peer.reader.read(-1)

    async with scripted(silent) as origin:
        url = origin.url.copy_with(scheme="https")
        async with Transport(url, tls=ssl.create_default_context()) as transport:
            asking = asyncio.ensure_future(ask(transport, url, connect=30))
            await origin.connected()
            await later(31)
            with pytest.raises(httpx.ConnectTimeout):
                await asking


@timed
async def test_silence_ends_the_time_for_the_answer_and_the_connection() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await later(61)
        left.set_result(await peer.left())

    left = asyncio.get_running_loop().create_future()
    async with scripted(script) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.ReadTimeout):
            await ask(transport, origin.url, read=60)
        assert await left


@timed
async def test_a_head_that_trickles_does_not_buy_time() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        for byte in b"HTTP/1.1 200 OK":
            await peer.say(bytes([byte]))
            await later(20)

    async with scripted(script) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.ReadTimeout):
            await ask(transport, origin.url, read=60)


@timed
async def test_an_interim_answer_buys_time() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        for _ in range(4):
            await later(50)
            await peer.say(b"HTTP/1.1 102 Processing\r\n\r\n")
        await later(50)
        await peer.say(answer(b"done"))
        await peer.left()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        assert (await fetch(transport, origin.url, read=60)).body == b"done"


@timed
async def test_silence_within_a_body_ends_the_time_between_two_reads() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(HEAD + b"abc")
        await later(50)
        await peer.say(b"d")
        await later(61)
        await peer.left()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url, read=600, idle=60)
        parts: list[bytes] = []
        with pytest.raises(httpx.ReadTimeout):
            await read(response, parts)
        assert b"".join(parts) == b"abcd"


async def read(response: httpx.Response, parts: list[bytes]) -> None:
    """Adds what comes to the parts."""
    async for part in response.aiter_raw():
        parts.append(part)  # noqa: PERF401 - what came before an error counts


@timed
async def test_a_slow_reader_does_not_use_up_the_origins_time() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(HEAD + b"abc")
        await go.wait()
        await peer.say(b"def")
        await peer.left()

    go = asyncio.Event()
    async with scripted(script) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url, read=60)
        await later(3600)  # nobody waits, so nobody is late
        go.set()
        assert await response.aread() == b"abcdef"


@timed
async def test_an_event_stream_may_be_silent() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\ncontent-type: Text/Event-Stream; charset=utf-8\r\n\r\ndata: 1\n\n")
        await later(3600)
        await peer.say(b"data: 2\n\n")

    async with scripted(script) as origin, Transport(origin.url) as transport:
        assert (await fetch(transport, origin.url, read=60)).body == b"data: 1\n\ndata: 2\n\n"


@timed
async def test_an_origin_that_does_not_read_ends_the_time_to_write() -> None:
    pulled = 0

    async def parts() -> AsyncIterator[bytes]:
        nonlocal pulled
        while True:
            pulled += 1
            yield b"x" * 1_000_000

    async def script(peer: Peer) -> None:
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.Event().wait()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        asking = asyncio.ensure_future(ask(transport, origin.url, "/", "POST", CHUNKED, Body(parts()), write=60))
        await origin.connected()
        before = -1
        while pulled != before:
            before = pulled
            await settled()
        await later(61)
        with pytest.raises(httpx.WriteTimeout):
            await asking


@timed
async def test_a_visitor_who_sends_slowly_does_not_use_up_the_origins_time() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"abc"
        await later(3600)
        yield b"def"

    async with scripted(echo) as origin, Transport(origin.url) as transport:
        length = [(b"content-length", b"6")]
        got = await fetch(transport, origin.url, "/", "POST", length, Body(parts()), read=60, write=60)
        assert got.status == 200


@timed
async def test_a_full_pool_ends_the_time_to_wait_for_a_connection() -> None:
    async with scripted(hang) as origin, Transport(origin.url, connections=1) as transport:
        first = asyncio.ensure_future(ask(transport, origin.url, read=600))
        await origin.connected()
        second = asyncio.ensure_future(ask(transport, origin.url, pool=2))
        await later(3)
        with pytest.raises(httpx.PoolTimeout):
            await second
        assert not first.done()
        first.cancel()
        await asyncio.wait((first,))


@timed
async def test_the_limit_of_one_request_does_not_touch_the_next_on_its_connection() -> None:
    async with scripted(slow) as origin, Transport(origin.url) as transport:
        for _ in range(3):
            assert (await fetch(transport, origin.url, read=60)).body == b"done"
        with pytest.raises(httpx.ReadTimeout):
            await fetch(transport, origin.url, read=40)
        assert origin.connections == 1


@timed
async def test_without_limits_nothing_ends() -> None:
    async with scripted(slow) as origin, Transport(origin.url) as transport:
        assert (await fetch(transport, origin.url, connect=None, read=None, write=None, pool=None)).body == b"done"
