"""Connections are reused, last in first out, grow old, and are never more than allowed."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from edge.gateway.transport import Transport
from tests.edge.gateway.transport.conversation import conversation, later, timed
from tests.edge.gateway.transport.scripted import Peer, answer, echo, fetch, scripted


async def numbered(peer: Peer) -> None:
    """Answers with the number of the connection; `/together` only when two wait for it."""
    while True:
        request = await peer.request()
        if b"/together" in request:
            waiting.append(peer)
            if len(waiting) == 2:
                for each in waiting:
                    each.writer.write(answer(b"%d" % each.number))
                waiting.clear()
            continue
        await peer.say(answer(b"%d" % peer.number))


waiting: list[Peer] = []


async def two_at_once(transport: Transport, url: httpx.URL) -> set[bytes]:
    got = await asyncio.gather(*(fetch(transport, url, "/together") for _ in range(2)))
    return {each.body for each in got}


@conversation
async def test_one_visitor_after_the_other_needs_one_connection() -> None:
    async with scripted(numbered) as origin, Transport(origin.url) as transport:
        for _ in range(5):
            assert (await fetch(transport, origin.url)).body == b"1"


@conversation
async def test_the_last_connection_that_came_back_goes_out_first() -> None:
    async with scripted(numbered) as origin, Transport(origin.url) as transport:
        assert await two_at_once(transport, origin.url) == {b"1", b"2"}
        last = (await fetch(transport, origin.url)).body
        assert [(await fetch(transport, origin.url)).body for _ in range(3)] == [last] * 3


@timed
async def test_an_idle_connection_is_closed_when_its_time_is_over_although_another_is_used() -> None:
    closed: asyncio.Queue[int] = asyncio.Queue()

    async def watched(peer: Peer) -> None:
        try:
            await numbered(peer)
        finally:
            closed.put_nowait(peer.number)

    async with scripted(watched) as origin, Transport(origin.url, idle=40) as transport:
        await two_at_once(transport, origin.url)
        await later(30)
        used = int((await fetch(transport, origin.url)).body)
        await later(15)
        assert await closed.get() == 3 - used
        assert int((await fetch(transport, origin.url)).body) == used
        await later(41)
        assert await closed.get() == used


@conversation
async def test_there_are_never_more_connections_than_allowed_and_everybody_is_served_in_turn() -> None:
    served: list[int] = []

    async def visitor(number: int) -> None:
        await fetch(transport, origin.url, f"/{number}")
        served.append(number)

    async with scripted(echo) as origin, Transport(origin.url, connections=1) as transport:
        await asyncio.gather(*(visitor(number) for number in range(30)))
        assert origin.connections == 1
        assert served == list(range(30))


@conversation
async def test_a_place_whose_connection_ends_goes_to_the_next_in_line() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(answer(b"%d" % peer.number, b"Connection: close"))

    async with scripted(script) as origin, Transport(origin.url, connections=2) as transport:
        got = await asyncio.gather(*(fetch(transport, origin.url) for _ in range(9)))
        assert sorted(int(each.body) for each in got) == list(range(1, 10))


@conversation
async def test_an_origin_that_cannot_be_reached_gives_every_place_back() -> None:
    async with scripted(echo) as origin:
        url = origin.url
    async with Transport(url, connections=1) as transport:
        for _ in range(3):
            with pytest.raises(httpx.ConnectError):
                await fetch(transport, url)


@conversation
async def test_a_request_for_another_origin_is_not_sent_to_this_one() -> None:
    async with scripted(echo) as origin, Transport(origin.url) as transport:
        for other in ("http://127.0.0.2", "https://127.0.0.1", "http://127.0.0.1:1"):
            with pytest.raises(httpx.UnsupportedProtocol):
                await fetch(transport, httpx.URL(other))
        same = httpx.URL(f"{origin.url}some/path")
        assert (await fetch(transport, same, "/a")).body == b"/a"


def test_an_origin_that_is_neither_http_nor_https_is_refused() -> None:
    with pytest.raises(ValueError, match="neither http nor https"):
        Transport(httpx.URL("ftp://site.example"))
