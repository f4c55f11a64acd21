"""The loop that keeps the table of cells true: whom to ask, one call at a time, never in a visitor's way."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import httpx

from edge.clock import Clock
from edge.signals.weather.cell import Cell
from edge.signals.weather.get import LONGEST_REST, Answered, Refused, client, get
from edge.signals.weather.service import MisunderstoodError, Series, Service
from edge.signals.weather.table import Table, renewal

_log = logging.getLogger("windsock")

_LOOK: Final = 0.25
"""Seconds between two looks at the table."""


class Counts(Protocol):
    """Where calls are counted."""

    def called(self, service: str, outcome: str) -> None:
        """One call was made; `outcome` is `answered`, `unchanged`, or why it was refused."""


class Fetcher:
    """Asks one service for the cells that are due, within its terms.

    `again`: it goes on from one that has ended, which may have used up what the terms allow at once.
    """

    def __init__(
        self,
        service: Service,
        table: Table,
        counts: Counts,
        clock: Clock,
        chance: Callable[[], float],
        again: bool = False,
    ) -> None:
        self._service, self._table, self._counts = service, table, counts
        self._clock, self._chance = clock, chance
        self._allowance, self._filled_at = 0.0 if again else float(service.terms.burst), clock()
        self._failing = ""
        self._closed_until = 0.0

    async def run(self) -> None:
        """For ever."""
        async with client() as http:
            while True:
                try:
                    while await self.once(http):
                        pass
                except Exception:  # whatever this answer was, the next one is waited for
                    _log.exception("the weather could not be fetched; what is known is used on")
                await asyncio.sleep(_LOOK)

    async def once(self, http: httpx.AsyncClient) -> bool:
        """One call, if a cell is due and the terms allow it; whether the table knows more now."""
        now = self._clock()
        most = min(self._service.terms.cells_per_call, self._allowed(now))
        cells = self._table.due(now, most) if most and not self._closed(now) else []
        if not cells:
            return False
        self._allowance -= len(cells)
        validator = self._table.validator(cells[0], now) if len(cells) == 1 else ""
        answer = await get(http, self._service.call(cells), validator)
        return self._take(cells, answer, self._clock())

    def _take(self, cells: Sequence[Cell], answer: Answered | Refused, now: float) -> bool:
        if isinstance(answer, Answered):
            try:
                self._enter(cells, answer, now)
            except Exception as error:  # a service is not trusted to send only what its reader has thought of
                answer = Refused("misunderstood")
                _log.debug("the weather of %s cannot be used: %r", self._service.name, error)
        if isinstance(answer, Refused):
            self._table.failed(cells, now, self._chance)
            self._closed_until = now + answer.wait
            self._say(answer.reason)
            self._counts.called(self._service.name, answer.reason)
            return False
        self._say("")
        self._counts.called(self._service.name, "unchanged" if answer.body is None else "answered")
        return True

    def _enter(self, cells: Sequence[Cell], answer: Answered, now: float) -> None:
        """Every cell of an answer that makes sense; the others are asked for again. Raises MisunderstoodError."""
        all_of_them: Sequence[Series | None] = [None] * len(cells)
        if answer.body is not None:
            all_of_them = self._service.read(answer.body, cells, now)
        elif not self._table.validator(cells[0], now):
            raise MisunderstoodError("it says that nothing has changed, and was not asked so")
        terms = self._service.terms
        for cell, series in zip(cells, all_of_them, strict=True):
            if series == ():
                self._table.failed([cell], now, self._chance)
                continue
            due_at = renewal(now, answer.expires, terms.lifetime, early=terms.early, chance=self._chance())
            self._table.fetched(cell, series, now, due_at, answer.last_modified)

    def _closed(self, now: float) -> bool:
        """Whether the service wants to be left alone; for longer than it may ask for only a clock that was set back."""
        return 0 < self._closed_until - now <= LONGEST_REST

    def _allowed(self, now: float) -> int:
        """How many cells may be asked for now: a bucket of tokens that fills as the terms say."""
        terms = self._service.terms
        gained = max(0.0, now - self._filled_at) * terms.calls_per_second
        self._allowance, self._filled_at = min(self._allowance + gained, float(terms.burst)), now
        return int(self._allowance)

    def _say(self, reason: str) -> None:
        """One line when it begins to fail, and one when it works again."""
        if reason and reason != self._failing:
            _log.warning("the weather service %s fails (%s); what is known is used on", self._service.name, reason)
        elif self._failing and not reason:
            _log.info("the weather service %s answers again", self._service.name)
        self._failing = reason
