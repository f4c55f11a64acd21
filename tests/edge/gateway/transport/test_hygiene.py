"""No byte of one answer reaches another visitor: scripted origins that say too much, too little, too early."""

from __future__ import annotations

import asyncio
import random

import httpx
import pytest

from edge.gateway.transport import Transport
from tests.edge.gateway.transport.conversation import conversation
from tests.edge.gateway.transport.rows import ALIKE, CUT, FAILS, LEAKS, REFUSED, ROWS, TAKES, WAITS, Row
from tests.edge.gateway.transport.scripted import Got, Peer, answer, echo, fetch, once, scripted


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@conversation
async def test_an_answer_gives_what_the_table_says_and_the_next_visitors_get_their_own(row: Row) -> None:
    async with scripted(once(row.raw)) as origin, Transport(origin.url) as transport:
        if row.gets in (REFUSED, CUT):
            with pytest.raises(httpx.RemoteProtocolError):
                await fetch(transport, origin.url, "/first", row.method)
        else:
            got = await fetch(transport, origin.url, "/first", row.method)
            assert (got.status, got.body) == (row.status, row.gets)
        for target in ("/second", "/third"):
            assert (await fetch(transport, origin.url, target)).body == target.encode()
        overheard = row.stock in (FAILS, LEAKS)  # then none of its connections is used again
        assert origin.connections == (1 if row.kept else 3 if overheard else 2)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@conversation
async def test_stock_httpx_does_what_the_table_says_of_it(row: Row) -> None:
    async with scripted(once(row.raw)) as origin, httpx.AsyncHTTPTransport() as transport:
        patience = 0.3 if row.stock == WAITS else 5.0
        seen = [await _outcome(transport, origin.url, "/first", row.method, patience)]
        seen += [await _outcome(transport, origin.url, target) for target in ("/second", "/third")]
        assert _verdict(row, seen, kept=origin.connections == 1) == row.stock


async def _outcome(
    transport: httpx.AsyncBaseTransport, url: httpx.URL, target: str, method: str = "GET", patience: float = 5.0
) -> Got | str:
    try:
        return await fetch(transport, url, target, method, read=patience)
    except httpx.ReadTimeout:
        return WAITS
    except httpx.RemoteProtocolError:
        return REFUSED


def _verdict(row: Row, seen: list[Got | str], kept: bool) -> str:
    first, *later = seen
    if any(isinstance(got, Got) and got.body != own for got, own in zip(later, (b"/second", b"/third"), strict=True)):
        return LEAKS
    if REFUSED in later:
        return FAILS
    if first == WAITS:
        return WAITS
    alike = (first == REFUSED) == (row.gets in (REFUSED, CUT)) and kept == row.kept
    return ALIKE if alike else TAKES


@conversation
async def test_bytes_that_arrive_on_an_idle_connection_close_it() -> None:
    closed = asyncio.get_running_loop().create_future()
    speak = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(answer(b"first"))
        await speak.wait()
        await peer.say(answer(b"STOLEN"))
        closed.set_result(await peer.left())

    async with scripted(script) as origin, Transport(origin.url, idle=600) as transport:
        assert (await fetch(transport, origin.url)).body == b"first"
        speak.set()
        assert await closed


@pytest.mark.parametrize("late", [0.0, 0.02])
@conversation
async def test_who_was_overheard_once_cannot_shift_answers_later_by_speaking_too_late_to_be_seen(late: float) -> None:
    """Each answer has a twin: the first one is seen, the others would come after the next request."""

    closed = asyncio.get_running_loop().create_future()

    async def script(peer: Peer) -> None:
        twin = b""
        while True:
            target = (await peer.request()).split(b" ")[1]
            await peer.say(twin + answer(target))
            twin = answer(b"STOLEN")
            if peer.number == 1:
                await asyncio.sleep(late)
                await peer.say(twin)
                closed.set_result(await peer.left())

    async with scripted(script) as origin, Transport(origin.url, idle=600) as transport:
        assert (await fetch(transport, origin.url, "/first")).body == b"/first"
        assert await closed
        for target in ("/second", "/third", "/fourth"):
            assert (await fetch(transport, origin.url, target)).body == target.encode()
        assert origin.connections == 4


@conversation
async def test_connections_that_wait_are_not_used_either_once_the_origin_was_overheard_on_another() -> None:
    peers: list[Peer] = []
    closed = asyncio.get_running_loop().create_future()

    async def script(peer: Peer) -> None:
        peers.append(peer)
        await peer.say(answer((await peer.request()).split(b" ")[1]))
        if peer.number == 2:
            closed.set_result(await peer.left())
        else:
            await peer.left()

    async with scripted(script) as origin, Transport(origin.url, idle=600) as transport:
        await asyncio.gather(fetch(transport, origin.url, "/a"), fetch(transport, origin.url, "/b"))
        assert origin.connections == 2
        await peers[0].say(answer(b"STOLEN"))
        assert await closed
        assert (await fetch(transport, origin.url, "/c")).body == b"/c"
        assert origin.connections == 3


@conversation
async def test_bytes_that_wait_unread_in_the_kernel_at_check_out_close_the_connection() -> None:
    peers: list[Peer] = []

    async def script(peer: Peer) -> None:
        peers.append(peer)
        await echo(peer)

    async with scripted(script) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/first")
        peers[0].writer.write(answer(b"STOLEN"))  # sent at once, and the loop has had no turn to see it
        assert (await fetch(transport, origin.url, "/second")).body == b"/second"
        assert origin.connections == 2


@conversation
async def test_a_connection_that_the_origin_has_closed_is_not_asked_again() -> None:
    peers: list[Peer] = []

    async def script(peer: Peer) -> None:
        peers.append(peer)
        await echo(peer)

    async with scripted(script) as origin, Transport(origin.url) as transport:
        await fetch(transport, origin.url, "/first")
        peers[0].end()
        assert (await fetch(transport, origin.url, "/second", "POST")).body == b"/second"
        assert len(origin.requests) == 2


@conversation
async def test_with_50_visitors_at_once_and_an_origin_that_says_too_much_nobody_sees_anothers_bytes() -> None:
    chance = random.Random(7)
    extra = (b"", b"", b"", b"STOLEN", answer(b"STOLEN"), b"\r\n", b"0\r\n\r\n")

    async def script(peer: Peer) -> None:
        while True:
            head = await peer.request()
            await peer.say(answer(head.split(b" ")[1]) + chance.choice(extra))
            if chance.random() < 0.05:
                return

    got: dict[str, bytes] = {}

    async def visitor(number: int) -> None:
        for turn in range(20):
            target = f"/{number}/{turn}"
            got[target] = (await fetch(transport, origin.url, target)).body

    async with scripted(script) as origin, Transport(origin.url, connections=10) as transport:
        await asyncio.gather(*(visitor(number) for number in range(50)))
    assert len(got) == 1000
    assert all(body == target.encode() for target, body in got.items())
