"""`PUT /signals/NAME` and `/signals/place/PLACE/NAME`: what the site pushes, as `{"value": "busy", "ttl": "5m"}`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from edge.console.body import whole
from edge.console.guard import Endpoint
from edge.console.json import as_json
from edge.console.state import State


def pusher(state: State) -> Endpoint:
    """The endpoint that takes them."""

    async def pushed(request: Request) -> Response:
        body = await whole(request)
        if isinstance(body, Response):
            return body
        if state.push is None:
            return as_json({"error": "nothing can be pushed here"}, 404)
        try:
            return as_json({"until": state.push(request.path_params["name"], body)})
        except ValueError as error:
            return as_json({"error": str(error)}, 400)

    return pushed
