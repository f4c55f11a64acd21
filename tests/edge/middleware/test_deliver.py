"""A body that is sent no faster than it is read."""

from __future__ import annotations

import asyncio

import pytest

from edge.middleware.deliver import PART, deliver
from edge.web.asgi import Message
from edge.web.cut import Cut


@pytest.mark.parametrize("size", [0, 1, PART, PART + 1, 3 * PART, 3 * PART + 7])
def test_a_body_goes_out_in_parts_and_only_the_last_one_says_so(size: int) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    body = bytes(range(256)) * (size // 256 + 1)
    asyncio.run(deliver(send, body[:size], 60))
    assert b"".join(message["body"] for message in sent) == body[:size]
    assert all(len(message["body"]) <= PART for message in sent)
    assert [message["more_body"] for message in sent] == [True] * (len(sent) - 1) + [False]


def test_a_visitor_who_does_not_read_is_not_waited_for_for_ever() -> None:
    async def never(message: Message) -> None:
        await asyncio.Event().wait()

    with pytest.raises(Cut):
        asyncio.run(deliver(never, b"x" * (PART + 1), 0.01))
