"""The snippet, as it is served."""

from __future__ import annotations

import asyncio
import gzip
import re

import pytest

from edge.beacon import snippet
from edge.web.asgi import Message, Receive, Scope, Send
from edge.web.peer import Trust
from edge.web.read import read
from tests.asgi import Said, ask


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await snippet.answer(read(scope, Trust()), receive, send)


def fetch(*fields: tuple[str, str], method: str = "GET") -> Said:
    return asyncio.run(ask(app, "/_windsock/w.js", *fields, method=method))


GZIP = ("Accept-Encoding", "gzip, br")


def test_it_has_less_than_two_kilobytes_compressed() -> None:
    said = fetch(GZIP)
    assert said.field("content-encoding") == ["gzip"]
    assert len(said.body) < 2000
    assert gzip.decompress(said.body) == fetch().body == snippet.BODY


def test_it_is_a_script_that_any_cache_may_keep_for_a_while() -> None:
    said = fetch()
    assert said.status == 200
    assert said.field("content-type") == ["text/javascript; charset=utf-8"]
    assert said.field("x-content-type-options") == ["nosniff"]
    assert re.match(r"public, max-age=\d+", said.field("cache-control")[0])
    assert said.field("vary") == ["accept-encoding"]
    assert said.field("content-length") == [str(len(said.body))]


@pytest.mark.parametrize("fields", [(), (GZIP,)])
def test_who_has_it_already_gets_304(fields: tuple[tuple[str, str], ...]) -> None:
    tag = fetch(*fields).field("etag")[0]
    again = fetch(*fields, ("If-None-Match", tag))
    assert (again.status, again.body, again.field("etag")) == (304, b"", [tag])
    assert fetch(GZIP).field("etag") != fetch().field("etag")


def test_head_tells_its_length() -> None:
    said = fetch(method="HEAD")
    assert (said.status, said.body, said.field("content-length")) == (200, b"", [str(len(snippet.BODY))])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_is_only_read(method: str) -> None:
    said = fetch(method=method)
    assert (said.status, said.field("allow")) == (405, ["GET, HEAD"])


def test_it_is_plain_old_javascript_that_every_browser_of_the_last_years_understands() -> None:
    source = snippet.BODY.decode("ascii")
    newer = re.findall(r"\?\.[a-zA-Z(\[]|\?\?|catch \{|\bimport\b|\beval\b|`|\b\d+n\b|\.\.\.\w+[^\])]*:", source)
    assert newer == []
    assert "windsock-data" in source


def test_a_message_of_the_server_is_all_it_takes() -> None:
    async def talk() -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            raise AssertionError("nothing is read")

        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        await app(scope, receive, send)
        return sent

    assert [message["type"] for message in asyncio.run(talk())] == ["http.response.start", "http.response.body"]
