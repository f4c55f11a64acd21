"""Signals from outside the request, within the budget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from edge.context import Context
from edge.signals.provide import Failure, Provider, complete
from edge.web.request import Request
from rules.values import Value

REQUEST = Request("GET", "https", "shop.example", "/", b"/", b"", (), {})
CONTEXT = Context({"path": "/", "country": "unknown"}, "/", "shop.example", {}, 0.0)


@dataclass
class Place:
    """A provider that answers after some seconds, or raises."""

    knows: Mapping[str, Value] = field(default_factory=dict)
    after: float = 0.0
    raises: type[BaseException] | None = None
    name: str = "place"
    cancelled: bool = False

    async def __call__(self, request: Request) -> Mapping[str, Value]:
        assert request is REQUEST
        try:
            if self.after:
                await asyncio.sleep(self.after)
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self.raises:
            raise self.raises
        return self.knows


def ask(*providers: Provider, budget: float = 5.0) -> tuple[Mapping[str, Value], tuple[Failure, ...]]:
    context, failures = asyncio.run(complete(CONTEXT, REQUEST, providers, budget))
    return context.signals, failures


def test_without_providers_nothing_is_awaited() -> None:
    coroutine = complete(CONTEXT, REQUEST, (), 5.0)
    with pytest.raises(StopIteration) as returned:  # at its first step, and without a running loop
        coroutine.send(None)
    assert returned.value.value == (CONTEXT, ())


def test_what_providers_know_is_added() -> None:
    signals, failures = ask(Place({"country": "NO"}), Place({"weather": "rain"}, name="weather"))
    assert signals == {"path": "/", "country": "NO", "weather": "rain"}
    assert failures == ()


def test_of_two_that_know_the_same_the_later_counts() -> None:
    signals, _ = ask(Place({"country": "NO"}, after=0.01), Place({"country": "SE"}))
    assert signals["country"] == "SE"


def test_a_provider_that_hangs_costs_the_budget_and_is_cancelled() -> None:
    late = Place({"weather": "rain"}, after=5.0, name="weather")

    async def hung() -> tuple[Mapping[str, Value], tuple[Failure, ...], bool]:
        context, failures = await complete(CONTEXT, REQUEST, (late, Place({"country": "NO"})), 0.03)
        await asyncio.sleep(0)
        return context.signals, failures, late.cancelled

    start = time.monotonic()
    signals, failures, cancelled = asyncio.run(hung())
    assert time.monotonic() - start < 1.0
    assert signals == {"path": "/", "country": "NO"}
    assert failures == (Failure("weather", "timeout"),)
    assert cancelled


def test_a_provider_that_raises_costs_its_own_signals() -> None:
    signals, failures = ask(Place(raises=RuntimeError), Place({"weather": "rain"}, name="weather"))
    assert signals == {"path": "/", "country": "unknown", "weather": "rain"}
    assert failures == (Failure("place", "error"),)


def test_a_provider_that_cancels_itself_has_failed() -> None:
    assert ask(Place(raises=asyncio.CancelledError))[1] == (Failure("place", "error"),)


def test_a_provider_that_answers_nonsense_has_failed() -> None:
    assert ask(Place(knows=7))[1] == (Failure("place", "error"),)  # type: ignore[arg-type]  # the point of it


def test_providers_are_asked_at_the_same_time() -> None:
    start = time.monotonic()
    _, failures = ask(*(Place(after=0.1, name=str(number)) for number in range(20)))
    assert failures == ()
    assert time.monotonic() - start < 1.0


def test_a_provider_that_will_not_be_cancelled_is_left_alone() -> None:
    class Stubborn(Place):
        async def __call__(self, request: Request) -> Mapping[str, Value]:
            try:
                return await super().__call__(request)
            except asyncio.CancelledError:
                await asyncio.sleep(0.2)
                return {}

    async def timed() -> float:
        start = time.monotonic()
        await complete(CONTEXT, REQUEST, (Stubborn(after=5.0),), 0.01)
        return time.monotonic() - start

    assert asyncio.run(timed()) < 0.15


def test_when_the_visitor_leaves_nobody_is_asked_any_more() -> None:
    late = Place(after=5.0)

    async def left() -> bool:
        task = asyncio.create_task(complete(CONTEXT, REQUEST, (late,), 5.0))
        await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait((task,))
        await asyncio.sleep(0)
        return late.cancelled

    assert asyncio.run(left())
