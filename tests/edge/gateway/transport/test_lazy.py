"""What we hand out and send is httpx's, for whoever looks closer than the gateway does."""

from __future__ import annotations

import httpx
import pytest

from edge.gateway.transport import Transport
from edge.gateway.transport.lazy import Answer, Fields, Request
from tests.edge.gateway.transport.conversation import conversation
from tests.edge.gateway.transport.scripted import Peer, answer, scripted

URL = httpx.URL("http://site.example/")
PAIRS = [(b"Set-Cookie", b"a=1"), (b"Content-Type", b"text/plain; charset=latin-1"), (b"set-cookie", b"b=2")]


@conversation
async def test_a_client_of_httpx_gets_along_with_the_transport() -> None:
    async def script(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.say(answer(b"gr\xfcn", b"Content-Type: text/plain; charset=latin-1", b"Set-Cookie: a=1"))

    async with scripted(script) as origin, httpx.AsyncClient(transport=Transport(origin.url)) as client:
        got = await client.get(origin.url)
        assert (got.text, got.cookies["a"], got.is_closed, got.num_bytes_downloaded) == ("grün", "1", True, 4)
        assert (got.request.method, got.url, got.history, got.http_version) == ("GET", origin.url, [], "HTTP/1.1")


def test_an_answer_is_one_of_httpx_also_after_it_was_changed() -> None:
    made = Answer(200, list(PAIRS), httpx.ByteStream(b"gr\xfcn"), {})
    made.default_encoding = "ascii"
    assert (made.read(), made.text, made.is_success, made.default_encoding) == (b"gr\xfcn", "grün", True, "ascii")
    assert repr(made) == "<Response [200 OK]>"
    with pytest.raises(AttributeError, match="nothing"):
        _ = made.nothing


def test_fields_are_the_given_pairs_until_they_are_changed() -> None:
    fields = Fields(list(PAIRS))
    assert fields.raw == PAIRS
    assert (fields["set-cookie"], fields.get_list("SET-COOKIE")) == ("a=1, b=2", ["a=1", "b=2"])
    fields["X"] = "1"
    assert fields.raw == [*PAIRS, (b"X", b"1")]
    assert fields == httpx.Headers(fields.raw)


def test_the_method_of_a_request_keeps_its_case() -> None:
    asked = Request("get", URL, [(b"Host", b"a")], httpx.ByteStream(b"x"), {})
    assert (asked.method, asked.headers["host"], asked.read()) == ("get", "a", b"x")
