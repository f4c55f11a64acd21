"""What the snippet of a page does in a browser, done for simulated visitors, who run no scripts.

It reads the page's data block, says that the page was seen, and that a goal of it was reached.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson

BEACON: Final = "/_windsock/beacon"

_BLOCK: Final = re.compile(r'<script type="application/json" id="windsock-data">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """What a page says to its snippet."""

    token: str
    goals: tuple[str, ...]  # as texts

    def goal(self, kind: str, about: str) -> str:
        """The goal of a kind that names this; empty where the page has none."""
        return next((goal for goal in self.goals if goal.startswith(kind) and about in goal), "")


def block(page: str) -> Block | None:
    """The data block of a page; None where nothing is counted."""
    found = _BLOCK.search(page)
    if not found:
        return None
    said: dict[str, Any] = orjson.loads(found[1])
    if not said["t"]:
        return None  # it only reaches goals of other pages
    return Block(said["t"], tuple(goal[0] for goal in said.get("g", ())))


async def exposed(client: httpx.AsyncClient, page: Block, fields: Mapping[str, str]) -> bool:
    """Say that the page was seen; whether the edge has written it down."""
    return await _say(client, {"token": page.token, "event": "exposure"}, fields)


async def rewarded(client: httpx.AsyncClient, page: Block, goal: str, fields: Mapping[str, str]) -> bool:
    """Say that a goal was reached; whether the edge has written it down."""
    return await _say(client, {"token": page.token, "event": "reward", "goal": goal}, fields)


async def _say(client: httpx.AsyncClient, said: Mapping[str, str], fields: Mapping[str, str]) -> bool:
    headers = {**fields, "Content-Type": "text/plain;charset=UTF-8", "Origin": str(client.base_url).rstrip("/")}
    try:
        answer = await client.post(BEACON, content=orjson.dumps(said), headers=headers)
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.NO_CONTENT
