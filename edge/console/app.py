"""The private listener: health, readiness, metrics, explanations. Never public, never cached."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edge.console.json import as_json
from edge.console.state import State
from edge.telemetry.metrics import FLUSH, exposition

Endpoint = Callable[[Request], Awaitable[Response]]
Explain = Callable[[State, list[tuple[str, str]]], dict[str, object]]
"""Answers a question in query parameters; ValueError says, in one line, what was not understood."""


def private_app(state: State, explain: Explain, admin_token: str = "") -> Starlette:
    """The app of the private listener. With a token, all but health and metrics need it as `Authorization: Bearer`."""

    async def healthz(request: Request) -> Response:  # noqa: ARG001
        return as_json({"alive": True})

    async def readyz(request: Request) -> Response:  # noqa: ARG001
        return _ready(state, reachable=await state.reachable())

    async def metrics(request: Request) -> Response:  # noqa: ARG001
        await asyncio.sleep(2 * FLUSH)  # what was answered before this scrape is counted in it
        return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8", headers=_UNCACHED)

    async def explained(request: Request) -> Response:
        try:
            return as_json(explain(state, request.query_params.multi_items()))
        except ValueError as error:
            return as_json({"error": str(error)}, 400)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", metrics),
            Route("/explain", _guarded(explained, admin_token)),
        ]
    )


_UNCACHED = {"cache-control": "no-store"}


def _ready(state: State, *, reachable: bool) -> Response:
    """200 when visitors get in and a worker has an edition; a broken folder is named, and does not make it unready."""
    edition = state.editions.current
    serving = state.workers.serving()
    report = {
        "ready": bool(edition and serving and reachable),
        "edition": edition.version if edition else None,
        "experiences": len(edition.rules.experiences) if edition else 0,
        "workers": {str(worker): version for worker, version in serving.items()},
        "problem": state.rules.problem or None,
    }
    return as_json(report, 200 if report["ready"] else 503)


def _guarded(endpoint: Endpoint, token: str) -> Endpoint:
    async def guarded(request: Request) -> Response:
        said = request.headers.get("authorization", "")
        if token and not hmac.compare_digest(said.encode(), f"Bearer {token}".encode()):
            return as_json({"error": "send the admin_token as Authorization: Bearer …"}, 401)
        return await endpoint(request)

    return guarded
