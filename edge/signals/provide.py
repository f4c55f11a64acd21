"""The seam for signals that come from outside the request: place, weather, whatever a site adds.

A provider is asked while a visitor waits, so it may cost that visitor the budget and not more. One that is late is
cancelled and left alone; one that raises is put aside. Either way its signals stay unknown and the failure comes back
as a value, to be counted. What a provider does between two awaits cannot be interrupted: it must not block.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from edge.context import Context
from edge.web.request import Request
from rules.values import Value


class Provider(Protocol):
    """A source of signals."""

    @property
    def name(self) -> str:
        """What messages and metrics call it."""

    async def __call__(self, request: Request) -> Mapping[str, Value]:
        """The signals that it knows for this request."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A provider that gave nothing."""

    provider: str
    reason: Literal["timeout", "error"]


async def complete(
    context: Context, request: Request, providers: Sequence[Provider], budget: float
) -> tuple[Context, tuple[Failure, ...]]:
    """The context with what all providers know, asked at the same time, after at most `budget` seconds.

    Where two know the same signal, the later one in order counts. Without providers nothing is awaited.
    """
    if not providers:
        return context, ()
    tasks = [asyncio.ensure_future(_ask(provider, request)) for provider in providers]
    try:
        await asyncio.wait(tasks, timeout=budget)
        signals, failures = dict(context.signals), []
        for provider, task in zip(providers, tasks, strict=True):
            found = _outcome(provider.name, task)
            if isinstance(found, Failure):
                failures.append(found)
            else:
                signals.update(found)
    finally:
        for task in tasks:
            task.cancel()
    return replace(context, signals=signals), tuple(failures)


async def _ask(provider: Provider, request: Request) -> Mapping[str, Value] | None:
    """What the provider knows; None when it failed, however late that is."""
    try:
        return dict(await provider(request))
    except Exception:  # a provider is code of somebody else: whatever it raises costs its own signals only
        return None


def _outcome(name: str, task: asyncio.Task[Mapping[str, Value] | None]) -> Mapping[str, Value] | Failure:
    if not task.done():
        return Failure(name, "timeout")
    found = None if task.cancelled() else task.result()
    return Failure(name, "error") if found is None else found
