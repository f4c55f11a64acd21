"""`PUT /signals/NAME` and `/signals/place/PLACE/NAME`: what the site pushes, as `{"value": "busy", "ttl": "5m"}`."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from edge.console.guard import Endpoint
from edge.console.json import as_json
from edge.console.state import State

_LARGEST: Final = 8192
"""Bytes of a body."""


def pusher(state: State) -> Endpoint:
    """The endpoint that takes them."""

    async def pushed(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                return as_json({"error": f"the body has more than {_LARGEST} bytes"}, 413)
        if state.push is None:
            return as_json({"error": "nothing can be pushed here"}, 404)
        try:
            return as_json({"until": state.push(request.path_params["name"], body)})
        except ValueError as error:
            return as_json({"error": str(error)}, 400)

    return pushed
