"""A caller who is cancelled at any await leaves no socket, no task and no place in the pool behind."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Coroutine, Generator
from typing import Any

import pytest

from edge.gateway.transport import Transport
from tests.edge.gateway.transport.conversation import conversation, sockets
from tests.edge.gateway.transport.scripted import Body, Peer, Script, answer, ask, echo, fetch, scripted

CHUNKED = ((b"transfer-encoding", b"chunked"),)


async def trickle(peer: Peer) -> None:
    """An echo that takes some turns of the loop for each of its steps."""
    while True:
        head = await peer.request()
        whole = answer(head.split(b" ")[1] * 20)
        for start in range(0, len(whole), 20):
            await peer.say(whole[start : start + 20])
            await asyncio.sleep(0)


async def eager(peer: Peer) -> None:
    """Answers before the request has ended, and closes."""
    await peer.reader.readuntil(b"\r\n\r\n")
    await peer.say(answer(b"early"))


async def parts() -> AsyncIterator[bytes]:
    """A body in pieces."""
    for _ in range(10):
        yield b"x" * 100_000
        await asyncio.sleep(0)


REQUESTS: dict[str, tuple[Script, dict[str, Any]]] = {
    "a page": (trickle, {}),
    "an upload": (trickle, {"method": "POST", "fields": CHUNKED}),
    "an upload that is answered early": (eager, {"method": "POST", "fields": CHUNKED}),
}


class CancelledAt:
    """Awaits a coroutine, and cancels the task around it at its n-th await."""

    def __init__(self, coroutine: Coroutine[Any, Any, object], count: int) -> None:
        self.left = count
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, object]:
        steps = self._coroutine.__await__()
        try:
            awaited = steps.send(None)
            while True:
                self.left -= 1
                if self.left == 0:
                    task = asyncio.current_task()
                    assert task is not None
                    task.cancel()
                try:
                    yield awaited
                except BaseException as error:
                    awaited = steps.throw(error)
                else:
                    awaited = steps.send(None)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize(("script", "request_"), REQUESTS.values(), ids=REQUESTS.keys())
@conversation
async def test_a_request_can_be_cancelled_at_each_of_its_awaits(script: Script, request_: dict[str, Any]) -> None:
    count = 1
    while await cancelled(count, script, request_):
        count += 1
    assert count > 4


async def cancelled(count: int, script: Script, request_: dict[str, Any]) -> bool:
    """Whether there was such an await; the only place in the pool must be free again in any case."""
    before = sockets()
    async with scripted(script) as origin, contextlib.AsyncExitStack() as stack:
        url = origin.url.copy_with(host="localhost")  # a name, so that resolving it is among the awaits
        transport = await stack.enter_async_context(Transport(url, connections=1))
        body = Body(parts()) if "fields" in request_ else None
        fetching = CancelledAt(fetch(transport, url, "/a", body=body, **request_), count)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.ensure_future(waited(fetching))
        assert (await fetch(transport, url, "/next")).status == 200
    assert not sockets() - before
    return fetching.left <= 0


async def waited(awaitable: Awaitable[object]) -> object:
    return await awaitable


@conversation
async def test_a_caller_in_line_who_is_cancelled_gives_the_place_to_the_next() -> None:
    async with scripted(trickle) as origin, Transport(origin.url, connections=1) as transport:
        for turns in range(40):
            callers = [asyncio.ensure_future(fetch(transport, origin.url, f"/{number}")) for number in range(4)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for caller in callers[:3]:
                caller.cancel()
            await asyncio.wait(callers)
            assert callers[3].result().body == b"/3" * 20


@conversation
async def test_a_handshake_can_be_cancelled() -> None:
    async def silent(peer: Peer) -> None:
        await peer.reader.read(-1)

    async with scripted(silent) as origin:
        url = origin.url.copy_with(scheme="https")
        async with Transport(url, tls=ssl.create_default_context()) as transport:
            asking = asyncio.ensure_future(ask(transport, url))
            await origin.connected()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking


@conversation
async def test_a_caller_who_stops_reading_closes_the_connection() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello")
        said.set()
        left.set_result(await peer.left())

    said, left = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with scripted(script) as origin, Transport(origin.url) as transport:
        fetching = asyncio.ensure_future(fetch(transport, origin.url))
        await said.wait()
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching
        assert await left


@conversation
async def test_closing_the_transport_ends_what_is_under_way_and_who_waits() -> None:
    async with scripted(lambda peer: peer.left()) as origin:  # type: ignore[arg-type, return-value]
        transport = Transport(origin.url, connections=1)
        callers = [asyncio.ensure_future(fetch(transport, origin.url)) for _ in range(3)]
        await origin.connected()
        await transport.aclose()
        await asyncio.wait(callers)
        assert all(caller.exception() is not None for caller in callers)


@conversation
async def test_an_echo_is_an_echo_after_all_that() -> None:
    async with scripted(echo) as origin, Transport(origin.url) as transport:
        assert (await fetch(transport, origin.url, "/a")).body == b"/a"
