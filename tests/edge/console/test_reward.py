"""What a server is told that sends a reward."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from edge.console.reward import Reward, rewarder


@dataclass(frozen=True)
class Became:
    status: int
    text: str


def told(reward: Reward | None, body: bytes) -> httpx.Response:
    app = Starlette(routes=[Route("/reward", rewarder(reward), methods=["POST"])])

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://edge") as client:
            return await client.post("/reward", content=body)

    return asyncio.run(post())


@pytest.mark.parametrize(
    ("became", "said", "again"),
    [
        (Became(204, ""), b"", None),
        (Became(400, "This is no beacon."), b'{\n  "error": "This is no beacon."\n}\n', None),
        (Became(403, "too old"), b'{\n  "error": "too old"\n}\n', None),
        (Became(503, "send it again"), b'{\n  "error": "send it again"\n}\n', "5"),
    ],
)
def test_it_hears_what_became_of_it(became: Became, said: bytes, again: str | None) -> None:
    heard: list[bytes] = []

    async def reward(body: bytes) -> Became:
        heard.append(body)
        return became

    answer = told(reward, b"a body")
    assert (answer.status_code, answer.content, heard) == (became.status, said, [b"a body"])
    assert answer.headers.get("retry-after") == again


def test_more_than_8_kib_is_refused_and_nobody_hears_it() -> None:
    async def reward(_: bytes) -> Became:
        raise AssertionError

    assert told(reward, b"x" * 8193).status_code == 413


def test_where_nothing_is_measured_it_says_what_is_missing() -> None:
    answer = told(None, b"{}")
    assert answer.status_code == 404
    assert "store=sqlite" in answer.json()["error"]
