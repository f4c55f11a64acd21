"""`POST /off` and `POST /on`: the kill switch.

The body is `{"experience": "homepage-hero"}`, or `{}` for everything. The answer waits a moment for the workers:

    {"off": [names], "workers": 2, "behind": [], "kept": true, "problem": null}

`behind` lists the workers that do not know it yet, `kept` says whether it outlives a restart, and `problem` what stands
in the way of either. 400 for a body that is not understood, 404 for an experience that nobody knows.
"""

from __future__ import annotations

import asyncio
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from edge.console.guard import Endpoint
from edge.console.json import as_json
from edge.console.state import State
from edge.edition import EVERYTHING
from rules.spelling import advice

_LARGEST: Final = 8192
"""Bytes of a body."""
_WAIT: Final = 2.0
_LOOK: Final = 0.02
"""Seconds for the workers to follow, and between two looks at them."""


def switcher(state: State, *, on: bool) -> Endpoint:
    """The endpoint that switches on, or off."""

    async def switched(request: Request) -> Response:
        try:
            name = await _experience(request)
        except ValueError as error:
            return as_json({"error": str(error)}, 400)
        known = {*state.switches.names(), *state.switches.off} - {EVERYTHING}
        if name is not None and name not in known:
            return as_json({"error": f"there is no experience `{name}`; {advice(name, known)}"}, 404)
        lost = await asyncio.to_thread(state.switches.switch, name, on=on)
        return as_json(await _report(state, lost))

    return switched


async def _experience(request: Request) -> str | None:
    """The experience that is named; None for everything. Raises ValueError."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise ValueError(f"the body has more than {_LARGEST} bytes")
    try:
        said = orjson.loads(body or b"{}")
    except ValueError:
        said = None
    if not isinstance(said, dict) or said.keys() - {"experience"}:
        raise ValueError('write {"experience": "NAME"}, or {} for everything')
    name = said.get("experience")
    if name is not None and not isinstance(name, str):
        raise ValueError('write {"experience": "NAME"} with the name in quotes')
    return name


async def _report(state: State, lost: str) -> dict[str, object]:
    """What holds now, once every worker knows it or has had time enough."""
    off = state.switches.off
    for _ in range(round(_WAIT / _LOOK)):
        if not _behind(state, off):
            break
        await asyncio.sleep(_LOOK)
    return {
        "off": sorted(off),
        "workers": len(state.workers.serving()),
        "behind": _behind(state, off),
        "kept": not lost,
        "problem": state.switches.problem or lost or None,
    }


def _behind(state: State, off: frozenset[str]) -> list[int]:
    return [worker for worker, serves in state.workers.serving().items() if serves.off != off]
