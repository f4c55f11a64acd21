"""Every phase has its time limit, and only its own."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import httpx
import pytest

from edge.gateway.transport import Transport
from tests.edge.gateway.transport.conversation import conversation
from tests.edge.gateway.transport.scripted import Body, Peer, answer, ask, echo, fetch, scripted

SHORT = 0.05
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"


async def hang(peer: Peer) -> None:
    """Reads the request and says nothing."""
    await peer.request()
    await peer.left()


@conversation
async def test_an_origin_that_does_not_finish_the_handshake_ends_the_time_to_connect() -> None:
    async def silent(peer: Peer) -> None:
        await peer.reader.read(-1)

    async with scripted(silent) as origin:
        url = origin.url.copy_with(scheme="https")
        async with Transport(url, tls=ssl.create_default_context()) as transport:
            with pytest.raises(httpx.ConnectTimeout):
                await ask(transport, url, connect=SHORT)


@conversation
async def test_silence_ends_the_time_for_the_answer_and_the_connection() -> None:
    async with scripted(hang) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.ReadTimeout):
            await ask(transport, origin.url, read=SHORT)


@conversation
async def test_a_head_that_trickles_does_not_buy_time() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        for byte in b"HTTP/1.1 200 OK\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa":
            await peer.say(bytes([byte]))
            await asyncio.sleep(SHORT / 4)

    async with scripted(script) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.ReadTimeout):
            await ask(transport, origin.url, read=SHORT)


@conversation
async def test_an_interim_answer_buys_time() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        for _ in range(4):
            await asyncio.sleep(SHORT)
            await peer.say(b"HTTP/1.1 102 Processing\r\n\r\n")
        await peer.say(answer(b"done"))
        await peer.left()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        assert (await fetch(transport, origin.url, read=3 * SHORT)).body == b"done"


@conversation
async def test_silence_within_a_body_ends_the_time_between_two_reads() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(HEAD + b"abc")
        await peer.left()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url, read=5.0, idle=SHORT)
        with pytest.raises(httpx.ReadTimeout):
            await response.aread()


@conversation
async def test_a_slow_reader_does_not_use_up_the_origins_time() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(HEAD + b"abc")
        await asyncio.sleep(3 * SHORT)
        await peer.say(b"def")
        await peer.left()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url, read=2 * SHORT)
        await asyncio.sleep(4 * SHORT)  # nobody waits, so nobody is late
        assert await response.aread() == b"abcdef"


@conversation
async def test_an_event_stream_may_be_silent() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\ncontent-type: Text/Event-Stream; charset=utf-8\r\n\r\ndata: 1\n\n")
        await asyncio.sleep(3 * SHORT)
        await peer.say(b"data: 2\n\n")

    async with scripted(script) as origin, Transport(origin.url) as transport:
        assert (await fetch(transport, origin.url, read=SHORT)).body == b"data: 1\n\ndata: 2\n\n"


@conversation
async def test_an_origin_that_does_not_read_ends_the_time_to_write() -> None:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000_000

    async def script(peer: Peer) -> None:
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await left.wait()

    left = asyncio.Event()
    async with scripted(script) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.WriteTimeout):
            await ask(
                transport, origin.url, "/", "POST", [(b"transfer-encoding", b"chunked")], Body(parts()), write=SHORT
            )
        left.set()


@conversation
async def test_a_visitor_who_sends_slowly_does_not_use_up_the_origins_time() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"abc"
        await asyncio.sleep(3 * SHORT)
        yield b"def"

    async with scripted(echo) as origin, Transport(origin.url) as transport:
        got = await fetch(
            transport, origin.url, "/", "POST", [(b"content-length", b"6")], Body(parts()), read=2 * SHORT, write=SHORT
        )
        assert got.status == 200


@conversation
async def test_a_full_pool_ends_the_time_to_wait_for_a_connection() -> None:
    async with scripted(hang) as origin, Transport(origin.url, connections=1) as transport:
        first = asyncio.ensure_future(ask(transport, origin.url, read=10 * SHORT))
        await asyncio.sleep(0)
        with pytest.raises(httpx.PoolTimeout):
            await ask(transport, origin.url, pool=SHORT)
        with pytest.raises(httpx.ReadTimeout):
            await first


@conversation
async def test_a_limit_that_is_long_past_does_not_touch_the_next_request_on_the_connection() -> None:
    async def script(peer: Peer) -> None:
        while True:
            request = await peer.request()
            if b"/slow" in request:
                await asyncio.sleep(3 * SHORT)
            await peer.say(answer(b"done"))

    async with scripted(script) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/fast", read=SHORT)
        assert (await fetch(transport, origin.url, "/slow", read=10 * SHORT)).body == b"done"
        with pytest.raises(httpx.ReadTimeout):
            await fetch(transport, origin.url, "/slow", read=SHORT)
        assert origin.connections == 1


@conversation
async def test_without_limits_nothing_ends() -> None:
    async with scripted(echo) as origin, Transport(origin.url) as transport:
        got = await fetch(transport, origin.url, "/a", connect=None, read=None, write=None, pool=None)
        assert got.body == b"/a"
