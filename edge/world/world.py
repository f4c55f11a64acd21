"""The world: one owner of all that is found out beside the requests, many readers.

Runs in the control process (or, without one, in the app's own). Workers say which cells they want and how many pages
they were asked for; the site pushes signals; a fetcher keeps the weather true. Whatever changes is published once a
beat, whole, and every worker has it a moment later.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from edge.clock import Clock
from edge.signals.facts import FOR_EVER, NOTHING, Facts
from edge.signals.load import SPAN, Rate, level
from edge.signals.weather.cell import Cell, cell_of, name_of, named
from edge.signals.weather.sheet import Told
from edge.signals.weather.table import STALE, Known, Table
from edge.world.pushed import Pushed, PushError, read, understood
from rules.values import UNKNOWN, RuleSet

_log = logging.getLogger("windsock")

BEAT: Final = 0.2
"""Seconds between two looks at what has changed."""
_WEATHER: Final = 1.0
"""Seconds between two looks at the weather."""


class World:
    """What is known now. `publish` is called with it, from the loop, each time it has changed.

    Weather that is as it was is the same object as before. `before`: what an earlier process has told of this run.
    """

    def __init__(self, clock: Clock, publish: Callable[[Facts], None], before: Facts = NOTHING) -> None:
        now = clock()
        self.table, self.pushed, self.rate = Table(now), Pushed(), Rate()
        self.began_again = before is not NOTHING
        self.asks = True  # whether somebody fetches what is wanted
        self.file: Mapping[str, Told] = {
            place: told for place, told in before.weather.items() if told.until == FOR_EVER
        }
        self._weather = before.weather
        self._weather_at = -_WEATHER
        self._clock, self._publish = clock, publish
        self._rules: RuleSet | None = None
        self._level, self._level_holds = before.load, now + SPAN if before.load != UNKNOWN else now
        self._told = before if self.began_again else None
        self._problem = ""
        for name, (value, until) in before.pushed.items():
            self.pushed.put(name, value, until, now)
        for place, told in before.weather.items():
            cell = None if place in self.file else named(place)
            if cell is not None:
                self.table.recall(cell, Known(told.series, told.until - STALE), now)

    def rules(self, rules: RuleSet) -> None:
        """The site's own places and thresholds, each time the edition changes."""
        if rules is self._rules:
            return
        self._rules = rules
        spots = (*rules.site.places.values(), *rules.site.stores.values())
        self.table.keep(filter(None, (cell_of(spot.latitude, spot.longitude) for spot in spots)), self._clock())

    def want(self, cell: Cell) -> None:
        """A visitor is there."""
        if self.asks:
            self.table.want(cell, self._clock())

    def pages(self, count: int) -> None:
        """So many pages were asked for."""
        self.rate.add(count, self._clock())

    def push(self, path: str, body: bytes) -> float:
        """Take a push to `/signals/` + path; until when it holds. Raises PushError."""
        return self.put(path, *read(body))

    def put(self, path: str, value: object, ttl: object) -> float:
        """The same with a value and a lifetime that have been read."""
        now = self._clock()
        if self._rules is None:
            raise PushError("there is no edition yet; /readyz says why")
        name, known, until = understood(path, value, ttl, self._rules, now)
        self.pushed.put(name, known, until, now)
        return until

    async def run(self, rules: Callable[[], RuleSet | None]) -> None:
        """Follow the rules and publish what changes, for ever."""
        while True:
            current = rules()
            if current is not None:
                self.rules(current)
            self.beat()
            await asyncio.sleep(BEAT)

    def beat(self) -> None:
        """Publish, if something has changed since the last time."""
        now = self._clock()
        known = self._known(now)
        if known != self._told:
            try:
                self._publish(known)
            except OSError as error:
                self._told = None  # so that the next beat tries again
                self._complain(f"{error}")
            else:
                self._told = known
                self._complain("")

    def _complain(self, problem: str) -> None:
        """One line when workers cannot be told, and one when they can be again."""
        if problem and problem != self._problem:
            _log.warning("signals cannot be passed on to the workers: %s", problem)
        elif self._problem and not problem:
            _log.info("signals are passed on to the workers again")
        self._problem = problem

    def _known(self, now: float) -> Facts:
        load = self._rules.site.load if self._rules is not None else None
        if now >= self._level_holds or load is None:
            self._level = level(self._level, self.rate.per_minute(now), load)
        if not 0 <= now - self._weather_at < _WEATHER:
            sky, self._weather_at = self._sky(now), now
            if sky is not self._weather and (sky is self.file or sky != self._weather):
                self._weather = sky
        return Facts(self._weather, self.pushed.current(now), self._level)

    def _sky(self, now: float) -> Mapping[str, Told]:
        weather = {name_of(cell): Told(known.series, known.until) for cell, known in self.table.known(now).items()}
        return {**weather, **self.file} if weather else self.file
