"""A body comes whole, or it is said why not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from edge.beacon.body import Bodies
from edge.beacon.said import LONGEST
from edge.web.request import Request


def request(**fields: bytes) -> Request:
    named = {name.replace("_", "-").encode(): value for name, value in fields.items()}
    return Request("POST", "http", "a", "/", b"/", b"", (), named)


def pieces(*bodies: bytes) -> Callable[[], Any]:
    left = [{"type": "http.request", "body": body, "more_body": True} for body in bodies]
    left[-1]["more_body"] = False
    messages = iter(left)

    async def receive() -> Any:
        return next(messages)

    return receive


async def never() -> Any:
    await asyncio.Event().wait()


def test_pieces_are_put_together() -> None:
    assert asyncio.run(Bodies().whole(request(), pieces(b"a", b"", b"bc"))) == b"abc"


@pytest.mark.parametrize(("size", "large"), [(LONGEST, False), (LONGEST + 1, True)])
def test_the_bound_holds_with_a_length_and_without(size: int, large: bool) -> None:
    for asked in (request(), request(content_length=b"%d" % size)):
        body = asyncio.run(Bodies().whole(asked, pieces(b"x" * (size - 1), b"x")))
        assert body == ("large" if large else b"x" * size)


def test_each_that_does_not_come_is_given_up_and_one_that_comes_is_not() -> None:
    async def all_of_them() -> list[Any]:
        bodies = Bodies(patience=0.05)
        slow = [bodies.whole(request(), never) for _ in range(3)]
        return await asyncio.gather(*slow, bodies.whole(request(), pieces(b"a")), bodies.whole(request(), never))

    assert asyncio.run(all_of_them()) == ["slow", "slow", "slow", b"a", "slow"]


def test_what_is_cancelled_by_somebody_else_stays_cancelled() -> None:
    async def cut() -> None:
        waiting = asyncio.ensure_future(Bodies().whole(request(), never))
        await asyncio.sleep(0)
        waiting.cancel()
        await waiting

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cut())
