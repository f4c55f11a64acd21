"""An asked 101 turns the connection into a tunnel: bytes both ways until one side closes."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from edge.gateway.transport import Transport
from tests.edge.gateway.transport.conversation import conversation, later, settled, timed
from tests.edge.gateway.transport.scripted import Peer, ask, scripted

SWITCH = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
UPGRADE = [(b"connection", b"Upgrade"), (b"upgrade", b"websocket")]
LONG = 30.0


async def shout(peer: Peer) -> None:
    """Says hello at once, then says everything back in capitals, until it hears `bye`."""
    await peer.request()
    await peer.say(SWITCH + b"hello")
    while (heard := await peer.reader.read(100)) not in (b"", b"bye"):
        await peer.say(heard.upper())


@conversation
async def test_bytes_go_both_ways_and_those_right_behind_the_101_are_the_first() -> None:
    async with scripted(shout) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url, "/chat", fields=UPGRADE)
        tunnel = response.extensions["network_stream"]
        assert response.status_code == 101
        assert [await tunnel.read(3), await tunnel.read(100)] == [b"hel", b"lo"]
        await tunnel.write(b"one")
        assert await tunnel.read(100) == b"ONE"
        await tunnel.aclose()
        await response.aclose()


@conversation
async def test_the_end_of_the_origin_is_read_as_no_bytes() -> None:
    async with scripted(shout) as origin, Transport(origin.url) as transport:
        tunnel = (await ask(transport, origin.url, "/chat", fields=UPGRADE)).extensions["network_stream"]
        await tunnel.read(100)
        await tunnel.write(b"bye")
        assert await tunnel.read(100) == b""
        with pytest.raises(httpx.WriteError):
            await tunnel.write(b"too late")


@timed
async def test_silence_is_allowed_for_as_long_as_the_reader_allows() -> None:
    async with scripted(shout) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url, "/chat", fields=UPGRADE, read=60)
        tunnel = response.extensions["network_stream"]
        await tunnel.read(100)
        await later(3600)
        reading = asyncio.ensure_future(tunnel.read(100, timeout=60))
        await later(61)
        with pytest.raises(httpx.ReadTimeout):
            await reading
        await tunnel.write(b"still here", timeout=LONG)
        assert await tunnel.read(100, timeout=LONG) == b"STILL HERE"
        await tunnel.aclose()


@conversation
async def test_closing_the_tunnel_closes_the_connection() -> None:
    gone = asyncio.Event()

    async def script(peer: Peer) -> None:
        await shout(peer)
        gone.set()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        tunnel = (await ask(transport, origin.url, "/chat", fields=UPGRADE)).extensions["network_stream"]
        await tunnel.aclose()
        await gone.wait()


@conversation
async def test_writing_to_an_origin_that_does_not_read_ends_when_it_leaves() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(SWITCH)
        peer.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await full.wait()
        peer.reset()

    full = asyncio.Event()
    async with scripted(script) as origin, Transport(origin.url) as transport:
        tunnel = (await ask(transport, origin.url, "/chat", fields=UPGRADE)).extensions["network_stream"]
        writing = asyncio.ensure_future(tunnel.write(b"x" * 20_000_000))
        await settled()
        full.set()
        with pytest.raises(httpx.WriteError):
            await writing


@conversation
async def test_an_origin_that_does_not_switch_answers_as_always() -> None:
    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.say(b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno")

    async with scripted(script) as origin, Transport(origin.url) as transport:
        for _ in range(2):
            response = await ask(transport, origin.url, "/chat", fields=UPGRADE)
            assert (response.status_code, await response.aread()) == (426, b"no")
            assert "network_stream" not in response.extensions
        assert origin.connections == 1
