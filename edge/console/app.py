"""The private listener: health, readiness, metrics, explanations, the kill switch. Never public, never cached."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from edge.console.guard import Endpoint, Guard
from edge.console.json import as_json
from edge.console.push import pusher
from edge.console.reward import rewarder
from edge.console.state import State
from edge.console.switch import switcher
from edge.telemetry.metrics import FLUSH, exposition

Explain = Callable[[State, list[tuple[str, str]]], dict[str, object]]
"""Answers a question in query parameters; ValueError says, in one line, what was not understood."""


def _nothing(state: State, pairs: list[tuple[str, str]]) -> dict[str, object]:  # noqa: ARG001 - an Explain
    raise ValueError("this edge tells no signals")


def private_app(state: State, explain: Explain, guard: Guard | None = None, signals: Explain = _nothing) -> Starlette:
    """The app of the private listener; without a guard that of one on 127.0.0.1 and without a token."""
    guard, turn = guard or Guard(), asyncio.Lock()

    async def healthz(request: Request) -> Response:  # noqa: ARG001
        return as_json({"alive": True})

    async def readyz(request: Request) -> Response:  # noqa: ARG001
        return _ready(state, reachable=await state.reachable())

    async def metrics(request: Request) -> Response:  # noqa: ARG001
        await asyncio.sleep(2 * FLUSH)  # what was answered before this scrape is counted in it
        return Response(exposition(), media_type="text/plain; version=0.0.4; charset=utf-8", headers=_UNCACHED)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/metrics", metrics),
            Route("/readyz", guard.site(readyz)),
            Route("/explain", guard.secret(_answering(state, explain, turn))),
            Route("/signals", guard.secret(_answering(state, signals, turn))),
            Route("/signals/{name:path}", guard.secret(pusher(state)), methods=["PUT"]),
            Route("/reward", guard.secret(rewarder(state.reward)), methods=["POST"]),
            Route("/off", guard.secret(switcher(state, on=False)), methods=["POST"]),
            Route("/on", guard.secret(switcher(state, on=True)), methods=["POST"]),
        ]
    )


def _answering(state: State, question: Explain, turn: asyncio.Lock) -> Endpoint:
    """The endpoint that answers such questions: in a thread, since functions of the site are called, and in turn."""

    async def answered(request: Request) -> Response:
        try:
            async with turn:
                return as_json(await asyncio.to_thread(question, state, request.query_params.multi_items()))
        except ValueError as error:
            return as_json({"error": str(error)}, 400)

    return answered


_UNCACHED = {"cache-control": "no-store"}


def _ready(state: State, *, reachable: bool) -> Response:
    """200 when visitors get in and a worker has an edition; what is wrong or off is named beside."""
    edition = state.editions.current
    serving = state.workers.serving()
    report = {
        "ready": bool(edition and serving and reachable),
        "edition": edition.version if edition else None,
        "experiences": len(edition.rules.experiences) if edition else 0,
        "off": sorted(state.switches.off),
        "workers": {str(worker): serves.version for worker, serves in serving.items()},
        "problem": state.rules.problem or state.switches.problem or None,
        "geo_database": (state.places and state.places.problem) or None,
        "trusted_proxies": state.front() or None,
    }
    return as_json(report, 200 if report["ready"] else 503)
