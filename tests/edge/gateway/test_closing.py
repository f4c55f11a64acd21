from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from edge.gateway.closing import Closing


async def nobody_is_waited_for_when_nobody_stays() -> None:
    async with asyncio.timeout(5):
        await Closing().begin(10)


async def who_stays_is_asked_to_leave_and_waited_for() -> None:
    closing, asked = Closing(), asyncio.Event()
    closing.stays(asked.set)
    farewell = asyncio.ensure_future(closing.begin(10))
    await asked.wait()
    assert not farewell.done()
    closing.left(asked.set)
    async with asyncio.timeout(5):
        await farewell


async def who_does_not_leave_is_waited_for_no_longer_than_said() -> None:
    closing = Closing()
    closing.stays(lambda: None)
    async with asyncio.timeout(5):
        await closing.begin(0.01)


async def who_comes_afterwards_is_asked_at_once() -> None:
    closing, asked = Closing(), asyncio.Event()
    await closing.begin(10)
    closing.stays(asked.set)
    async with asyncio.timeout(5):
        await asked.wait()


@pytest.mark.parametrize(
    "farewell",
    [
        nobody_is_waited_for_when_nobody_stays,
        who_stays_is_asked_to_leave_and_waited_for,
        who_does_not_leave_is_waited_for_no_longer_than_said,
        who_comes_afterwards_is_asked_at_once,
    ],
)
def test_of_a_farewell(farewell: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(farewell())
