"""Answers stream: as they come, no faster than they are read, and never whole when they are not."""

from __future__ import annotations

import asyncio
import tracemalloc

import httpx
import pytest

from edge.gateway.transport import Transport
from tests.edge.gateway.transport.conversation import conversation
from tests.edge.gateway.transport.scripted import Peer, Script, answer, ask, echo, fetch, once, scripted

MEGABYTE = 1_048_576
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@conversation
async def test_content_is_there_as_soon_as_the_origin_has_said_it() -> None:
    heard = asyncio.Event()

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(CHUNKED + b"3\r\none\r\n")
        await heard.wait()
        await peer.say(b"3\r\ntwo\r\n0\r\n\r\n")
        await peer.left()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url)
        parts = []
        async for part in response.aiter_raw():
            parts.append(part)
            heard.set()
        assert parts == [b"one", b"two"]


@conversation
async def test_fields_come_in_their_order_and_number_their_names_in_lower_case() -> None:
    raw = HEAD + b"Set-Cookie: a=1\r\nX-Empty:\r\nset-cookie:b=2 \t\r\nX: \xc3\xa9\r\nContent-Length: 0\r\n\r\n"

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(raw)

    async with scripted(script) as origin, Transport(origin.url) as transport:
        assert (await fetch(transport, origin.url)).fields == [
            (b"set-cookie", b"a=1"),
            (b"x-empty", b""),
            (b"set-cookie", b"b=2"),
            (b"x", b"\xc3\xa9"),
            (b"content-length", b"0"),
        ]


@conversation
async def test_trailers_are_dropped_and_never_become_fields() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(CHUNKED + b"1\r\na\r\n0\r\nSet-Cookie: admin=1\r\n\r\n")
        await peer.left()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        got = await fetch(transport, origin.url)
        assert (got.fields, got.body) == ([(b"transfer-encoding", b"chunked")], b"a")


@conversation
async def test_an_answer_that_is_all_here_gives_its_connection_back_although_nobody_reads_it() -> None:
    async with scripted(echo) as origin, Transport(origin.url, connections=1) as transport:
        unread = await ask(transport, origin.url, "/unread")
        assert (await fetch(transport, origin.url, "/next")).body == b"/next"
        assert await unread.aread() == b"/unread"
        assert origin.connections == 1


@conversation
async def test_an_answer_that_is_closed_before_its_end_closes_its_connection() -> None:
    async with scripted(once(HEAD + b"Content-Length: 5\r\n\r\nhel")) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url)
        await response.aclose()
        assert (await fetch(transport, origin.url, "/next")).body == b"/next"
        assert origin.connections == 2


@conversation
async def test_a_slow_reader_of_20_megabytes_holds_a_bounded_part_of_them() -> None:
    piece = b"x" * 65_536
    said = 0

    async def script(peer: Peer) -> None:
        nonlocal said
        await peer.request()
        await peer.say(HEAD + b"Content-Length: %d\r\n\r\n" % (20 * MEGABYTE))
        for _ in range(20 * MEGABYTE // len(piece)):
            await peer.say(piece)
            said += len(piece)
        await peer.left()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url)
        tracemalloc.start()
        before = -1
        while said != before:  # until the origin is held back
            before = said
            await asyncio.sleep(0.05)
        assert said < 20 * MEGABYTE
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < MEGABYTE
        assert sum([len(part) async for part in response.aiter_raw()]) == 20 * MEGABYTE


def cut(said: bytes, reset: bool = False) -> Script:
    """Says this much of an answer and is gone."""

    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(said)
        if reset:
            for _ in range(10):  # turns of the loop: a reset overtakes what the other side has not read yet
                await asyncio.sleep(0)
            peer.reset()

    return script


TRUNCATED = {
    "by length": HEAD + b"Content-Length: 10\r\n\r\nhello",
    "by length, at once": HEAD + b"Content-Length: 10\r\n\r\n",
    "within a chunk": CHUNKED + b"a\r\nhello",
    "between chunks": CHUNKED + b"5\r\nhello\r\n",
    "before the end of the last chunk": CHUNKED + b"5\r\nhello\r\n0\r\n",
    "within the trailers": CHUNKED + b"5\r\nhello\r\n0\r\nX: 1\r\n",
}


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("said", TRUNCATED.values(), ids=TRUNCATED.keys())
@conversation
async def test_a_short_body_never_looks_complete(said: bytes, reset: bool) -> None:
    async with scripted(cut(said, reset)) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url)
        parts: list[bytes] = []
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            await read(response, parts)
        assert b"".join(parts) == (b"hello" if b"hello" in said else b"")


async def read(response: httpx.Response, parts: list[bytes]) -> None:
    """Adds what comes to the parts."""
    async for part in response.aiter_raw():
        parts.append(part)  # noqa: PERF401 - what came before an error counts


@conversation
async def test_a_body_without_length_ends_with_its_connection() -> None:
    async with scripted(cut(HEAD + b"\r\nhello")) as origin, Transport(origin.url) as transport:
        assert (await fetch(transport, origin.url)).body == b"hello"
        assert (await fetch(transport, origin.url)).body == b"hello"
        assert origin.connections == 2


@conversation
async def test_a_body_without_length_that_is_reset_is_not_complete() -> None:
    async with scripted(cut(HEAD + b"\r\nhello", reset=True)) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.ReadError):
            await fetch(transport, origin.url)


@conversation
async def test_a_body_without_length_that_we_close_ourselves_is_not_complete() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(HEAD + b"\r\nhello")
        await peer.left()

    async with scripted(script) as origin:
        transport = Transport(origin.url)
        response = await ask(transport, origin.url)
        await transport.aclose()
        with pytest.raises(httpx.ReadError):
            [part async for part in response.aiter_raw()]


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 100 Continue\r\n\r\n"])
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@conversation
async def test_an_origin_that_leaves_within_the_head_is_a_failure(said: bytes, reset: bool) -> None:
    async with scripted(cut(said, reset)) as origin, Transport(origin.url) as transport:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError), match="origin"):
            await fetch(transport, origin.url)


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@conversation
async def test_an_origin_that_leaves_without_a_word_is_said_to_have_disconnected(reset: bool) -> None:
    async with scripted(cut(b"", reset)) as origin, Transport(origin.url) as transport:
        with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
            await fetch(transport, origin.url)


@conversation
async def test_thousands_of_tiny_chunks_come_joined() -> None:
    async def script(peer: Peer) -> None:
        await peer.request()
        await peer.say(CHUNKED + b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n")
        await peer.left()

    async with scripted(script) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url)
        parts = [part async for part in response.aiter_raw()]
        assert sum(map(len, parts)) == 50_000
        assert len(parts) < 500


@conversation
async def test_a_second_reader_after_the_end_gets_nothing() -> None:
    async with scripted(cut(answer(b"hello"))) as origin, Transport(origin.url) as transport:
        response = await ask(transport, origin.url)
        assert isinstance(response.stream, httpx.AsyncByteStream)
        assert [part async for part in response.stream] == [b"hello"]
        assert [part async for part in response.stream] == []
