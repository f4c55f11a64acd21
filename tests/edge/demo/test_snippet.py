"""What simulated visitors say in place of the snippet, to the edge that made their page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from edge.beacon.block import Blocks
from edge.beacon.said import read
from edge.demo import snippet
from edge.demo.snippet import Block, block
from edge.edition import Edition
from rules.compile import compile as compile_
from rules.load import load

TOKEN = "1.some-token"
RULE = """
experience: hero
purpose: content
where: "*"
slot: "#hero"
holdout: 10%
variants: {a: original, b: {text: B}}
choose: [{learn: [a, b]}]
goal: click "#hero a"
"""


def page(tmp_path: Path, token: str = TOKEN, reached: tuple[str, ...] = ()) -> str:
    """A page as the edge makes it."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "hero.yaml").write_text(RULE)
    document = load(folder).document
    assert document is not None
    made = Blocks().block(token, ("hero",), reached, Edition(compile_(document)))
    return f"<!doctype html><body><p>Text</p>{made.decode()}</body>"


def test_the_block_that_the_edge_writes_is_read(tmp_path: Path) -> None:
    assert block(page(tmp_path)) == Block(TOKEN, ('click "#hero a"',))


def test_a_page_that_only_reaches_goals_of_others_has_nothing_to_say_for_itself(tmp_path: Path) -> None:
    assert block(page(tmp_path, token="", reached=("visit /x",))) is None


def test_a_page_without_a_block_counts_nothing() -> None:
    assert block("<!doctype html><script>1</script>") is None


def test_a_goal_is_found_by_its_kind_and_what_it_is_about() -> None:
    goals = Block("", ("visit /gear/*", 'click "#row-shop a"', 'click "#hero-words a"'))
    assert goals.goal("click", "#row-shop") == 'click "#row-shop a"'
    assert goals.goal("dwell", "#row-shop") == ""


def said(handler: Callable[[httpx.Request], httpx.Response], goal: str = "") -> bool:
    async def say() -> bool:
        transport = httpx.MockTransport(handler)
        async with httpx.AsyncClient(base_url="http://site", transport=transport) as client:
            if goal:
                return await snippet.rewarded(client, Block(TOKEN, (goal,)), goal, {"User-Agent": "Agent/1"})
            return await snippet.exposed(client, Block(TOKEN, ()), {"User-Agent": "Agent/1"})

    return asyncio.run(say())


@pytest.mark.parametrize("goal", ["", 'click "#hero a"'])
def test_what_is_said_is_a_beacon_that_the_edge_understands(goal: str) -> None:
    asked: list[httpx.Request] = []

    def edge(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(204)

    assert said(edge, goal)
    (request,) = asked
    beacon = read(request.content)
    assert (beacon.token, beacon.event, beacon.goal) == (TOKEN, "reward" if goal else "exposure", goal)
    assert (request.url.path, request.headers["origin"]) == ("/_windsock/beacon", "http://site")
    assert request.headers["user-agent"] == "Agent/1"


@pytest.mark.parametrize("status", [400, 403, 429, 503])
def test_what_the_edge_refuses_is_not_written_down(status: int) -> None:
    assert not said(lambda _: httpx.Response(status, text=json.dumps({})))


def test_what_nobody_hears_is_not_written_down() -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    assert not said(gone)
