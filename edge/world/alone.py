"""The world of an app that has no control process beside it: found out in the app's own loop, known to it alone.

Where several processes serve the same app, each asks for the weather itself, counts its own pages, and knows only what
was pushed to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from edge.clock import Clock
from edge.settings import Settings
from edge.signals.facts import Facts
from edge.signals.weather.cell import Cell
from edge.telemetry.metrics import WeatherMetrics
from edge.world import sky
from edge.world.pages import Pages
from edge.world.world import World
from rules.values import RuleSet


class Alone:
    """A world, and who looks after it; `take` is told what is known each time that changes."""

    def __init__(
        self, settings: Settings, take: Callable[[Facts], None], counts: WeatherMetrics, clock: Clock, rules: RuleSet
    ) -> None:
        self._settings, self._counts, self._clock = settings, counts, clock
        self.world = World(clock, take)
        self.world.rules(rules)
        self.pages = Pages(self.world.pages)

    def wish(self, cell: Cell, at: float) -> None:  # noqa: ARG002 -- the signature of a Wish
        """A visitor is there."""
        self.world.want(cell)

    async def run(self, rules: Callable[[], RuleSet | None]) -> None:
        """Look after it, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.pages.run())
            tasks.create_task(self.world.run(rules))
            tasks.create_task(sky.watch(self._settings, self.world, self._counts, self._clock))
            tasks.create_task(sky.count(self.world, self._counts, self._clock))
