"""One retry, and only where the origin cannot have begun to answer and asking twice does no harm."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from edge.gateway.transport import Transport
from tests.edge.gateway.transport.conversation import conversation, later, timed
from tests.edge.gateway.transport.scripted import Body, Peer, Script, answer, echo, fetch, scripted

IDEMPOTENT = ("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE")


def stale(said: bytes = b"", reset: bool = False) -> Script:
    """Answers one request on its first connection, and to the second says only this and is gone."""

    async def script(peer: Peer) -> None:
        if peer.number == 1:
            await peer.request()
            await peer.say(answer(b"first"))
            await peer.request()
            await peer.say(said)
            if reset:
                peer.reset()
        else:
            await echo(peer)

    return script


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("method", IDEMPOTENT)
@conversation
async def test_an_idempotent_request_is_sent_again_when_an_idle_connection_turns_out_to_be_dead(
    method: str, reset: bool
) -> None:
    async with scripted(stale(reset=reset)) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/first")
        assert (await fetch(transport, origin.url, "/second", method)).status == 200
        assert [request.split(b" ")[1] for request in origin.requests] == [b"/first", b"/second", b"/second"]


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "LOCK"])
@conversation
async def test_any_other_request_is_not(method: str, reset: bool) -> None:
    async with scripted(stale(reset=reset)) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/first")
        with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
            await fetch(transport, origin.url, "/second", method)
        assert len(origin.requests) == 2


@conversation
async def test_a_request_with_a_body_is_not() -> None:
    async with scripted(stale()) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/first")
        with pytest.raises(httpx.RemoteProtocolError):
            await fetch(transport, origin.url, "/second", "PUT", [(b"content-length", b"1")], Body([b"a"]))
        assert len(origin.requests) == 2


@pytest.mark.parametrize(
    "said", [b"H", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n"]
)
@conversation
async def test_nothing_is_sent_again_once_a_byte_was_answered(said: bytes) -> None:
    async with scripted(stale(said)) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/first")
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await fetch(transport, origin.url, "/second")
        assert len(origin.requests) == 2


@conversation
async def test_a_new_connection_that_dies_is_not_retried() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.RemoteProtocolError):
            await fetch(transport, origin.url)
        assert origin.connections == 1


@conversation
async def test_a_retry_goes_over_a_new_connection_and_is_not_retried() -> None:
    async def script(peer: Peer) -> None:
        request = await peer.request()
        if b"/both" in request:
            await both.wait()
        if b"/second" not in request:
            await peer.say(answer(b"fine"))
            await peer.request()

    both = asyncio.Barrier(2)
    async with scripted(script) as origin, Transport(origin.url) as transport:
        await asyncio.gather(*(fetch(transport, origin.url, "/both") for _ in range(2)))  # two idle connections
        with pytest.raises(httpx.RemoteProtocolError):
            await fetch(transport, origin.url, "/second")
        assert origin.connections == 3
        assert [request.split(b" ")[1] for request in origin.requests].count(b"/second") == 2


@timed
async def test_silence_on_an_idle_connection_is_not_retried() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(answer(b"first"))
        await peer.request()
        await later(61)
        await peer.left()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/first")
        with pytest.raises(httpx.ReadTimeout):
            await fetch(transport, origin.url, "/second", read=60)
        assert origin.connections == 1


@conversation
async def test_a_retry_finds_a_place_in_a_full_pool() -> None:
    async with scripted(stale()) as origin, Transport(origin.url, connections=1) as transport:
        await fetch(transport, origin.url, "/first")
        assert (await fetch(transport, origin.url, "/second")).body == b"/second"
