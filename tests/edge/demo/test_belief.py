"""What the edge believes of the personas, as it tells them itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from edge.demo.belief import NOTHING, Belief, belief, beliefs
from loadtest.visitors import PERSONAS

NOON = datetime(2026, 11, 22, 12, 5, tzinfo=UTC)


def told(handler: httpx.MockTransport) -> dict[str, Belief]:
    async def ask() -> dict[str, Belief]:
        async with httpx.AsyncClient(base_url="http://site", transport=handler) as client:
            return await beliefs(client)

    return asyncio.run(ask())


def says_where_from(request: httpx.Request) -> httpx.Response:
    """An edge that believes its visitors' fields, and tells that to programs only."""
    if request.url.path != "/_windsock/choice" or request.headers["accept"] != "application/json":
        return httpx.Response(404)
    return httpx.Response(200, json={"signals": {"city": request.headers.get("cf-ipcity", "")}})


def test_everybody_asks_with_the_fields_of_their_own_visits() -> None:
    found = told(httpx.MockTransport(says_where_from))
    assert {who.name: who.home.city if who.home else "" for who in PERSONAS} == {
        name: one.city for name, one in found.items()
    }


def test_the_clock_is_that_of_the_zone_the_edge_believes_in() -> None:
    assert Belief(timezone="America/Los_Angeles").clock(NOON) == "04:05"


def test_the_sky_is_said_with_its_degrees_where_they_are_known() -> None:
    assert belief({"weather": "rain", "temperature": 8.6}).sky == "rain 9°"
    assert belief({"weather": "rain"}).sky == "rain"


def test_what_the_edge_does_not_say_is_unknown() -> None:
    nothing = belief({})
    assert nothing == NOTHING
    assert (nothing.city, nothing.clock(NOON), nothing.sky, nothing.load) == ("", "", "", "")


@pytest.mark.parametrize(
    "answer",
    [httpx.Response(404), httpx.Response(200, text="<html>"), httpx.Response(200, json={}), httpx.Response(502)],
    ids=["not there", "no JSON", "no signals", "broken"],
)
def test_an_edge_that_does_not_tell_believes_nothing(answer: httpx.Response) -> None:
    assert set(told(httpx.MockTransport(lambda _: answer)).values()) == {NOTHING}


def test_nobody_there_is_nothing_believed() -> None:
    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody there", request=request)

    assert set(told(httpx.MockTransport(gone)).values()) == {NOTHING}
