"""`POST /reward`: what servers say of a page, as `{"token", "event", "goal", "value"}`.

204 once it is in the log, and for what is in there already. 400 for a body that is not understood, 403 for a token that
is forged or expired, 413 for more than 8 KiB, 503 with `Retry-After` when it cannot be written at the moment, 404 where
nothing is measured.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from starlette.requests import Request
from starlette.responses import Response

from edge.console.body import whole
from edge.console.guard import Endpoint
from edge.console.json import as_json

_LATER: Final = 503


class Answer(Protocol):
    """What became of a reward."""

    @property
    def status(self) -> int:
        """204, or what is wrong as a status."""

    @property
    def text(self) -> str:
        """What is wrong in one line."""


Reward = Callable[[bytes], Awaitable[Answer]]
"""Takes one body; its answer comes after the commit."""


def rewarder(reward: Reward | None) -> Endpoint:
    """The endpoint that takes them; None where nothing is measured."""

    async def rewarded(request: Request) -> Response:
        body = await whole(request)
        if isinstance(body, Response):
            return body
        if reward is None:
            return as_json({"error": "nothing is measured here: events need a file, store=sqlite:///PATH"}, 404)
        answer = await reward(body)
        if not answer.text:
            return Response(status_code=answer.status, headers={"cache-control": "no-store"})
        response = as_json({"error": answer.text}, answer.status)
        if answer.status == _LATER:
            response.headers["retry-after"] = "5"
        return response

    return rewarded
