"""The demo as a whole: visitors come until the time is over or somebody presses Ctrl-C, and are counted."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import httpx
from rich.console import Console, RenderableType
from rich.live import Live

from edge.demo import tally as counting
from edge.demo.belief import Belief, beliefs
from edge.demo.crowd import Sight, boat, browser, crowd
from edge.demo.finding import Findings, Learned
from edge.demo.screen import Screen
from edge.demo.stage import Stage
from edge.demo.tally import Summary, Tally
from edge.demo.window import Glances, Window, passers_by
from loadtest.visitors import visits

PEOPLE: Final = 12
"""How many simulated visitors are in the shop at a time."""

PASSERS: Final = 20
"""How many look at the shop window at a time."""

SEED: Final = 1987
PASSENGERS: Final = 140
"""How many come with a boat: enough to make the site busy."""

FIRST_BOAT: Final = 8.0
"""Seconds from the beginning."""

_BETWEEN_BOATS: Final = 60.0  # seconds from one to the next, so that it grows calm again
_ASK_AGAIN: Final = 5.0  # seconds
_REDRAW: Final = 0.25  # seconds


def play(stage: Stage, console: Console, seconds: float | None) -> Summary:
    """Run the demo on a stage that has started, for `seconds` or until interrupted."""
    return asyncio.run(_Play(stage, console).run(seconds))


class _Play:
    def __init__(self, stage: Stage, console: Console) -> None:
        self._stage, self._console = stage, console
        self._tally = Tally()
        self._screen = Screen(stage.at, self._tally)
        self._fallbacks: Mapping[str, int] | None = None
        self._findings, self._glances = Findings(stage.at.admin), Glances()
        self._beliefs: Mapping[str, Belief] = {}

    async def run(self, seconds: float | None) -> Summary:
        async with browser(self._stage.at.site, self._stage.debug_token) as client:
            with _told_to_end() as end:
                await self._until(end, seconds, client)
        await self._ask()
        await self._findings.ask(self._beliefs)
        return replace(self._tally.summary(self._fallbacks), learned=self._learned())

    def _learned(self) -> Learned:
        return Learned(self._findings.found, self._findings.evidence, self._glances)

    async def _until(self, end: asyncio.Event, seconds: float | None, client: httpx.AsyncClient) -> None:
        """Let visitors in until it ends; whatever breaks ends it, too."""
        window = Window(client, self._glances, SEED)
        visitors = crowd(client, visits(SEED), PEOPLE, self._note, window)
        passers = crowd(client, passers_by(SEED), PASSERS, self._note, window)
        parts = (visitors, passers, self._boats(client), self._believe(client), self._watch())
        work = [asyncio.ensure_future(part) for part in parts]
        ending = asyncio.ensure_future(end.wait())
        done, _ = await asyncio.wait([*work, ending], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in (*work, ending):
            task.cancel()
        await asyncio.gather(*work, ending, return_exceptions=True)
        for task in done:
            task.result()

    def _note(self, sight: Sight) -> None:
        self._tally.add(sight)
        self._screen.note(sight)

    async def _boats(self, client: httpx.AsyncClient) -> None:
        """Make the site busy now and then, and let it calm down again."""
        passengers = visits(SEED + 1)
        await asyncio.sleep(FIRST_BOAT)
        while True:
            await asyncio.gather(boat(client, passengers, PASSENGERS, self._note), asyncio.sleep(_BETWEEN_BOATS))

    async def _believe(self, client: httpx.AsyncClient) -> None:
        """Ask again and again what the edge believes of everybody, and what it has learned."""
        while True:
            self._beliefs = await beliefs(client)
            self._screen.believe(self._beliefs)
            await self._findings.ask(self._beliefs)
            await asyncio.sleep(_ASK_AGAIN)

    async def _watch(self) -> None:
        """Keep the view fresh, and notice when a process ends on its own."""
        with self._view() as live:
            for turn in _counted():
                if turn % 8 == 0:
                    self._stage.check()
                    await self._ask()
                if live:
                    live.update(self._drawn(), refresh=True)
                await asyncio.sleep(_REDRAW)

    def _drawn(self) -> RenderableType:
        return self._screen.render(self._console.height, self._fallbacks, self._learned())

    @contextlib.contextmanager
    def _view(self) -> Iterator[Live | None]:
        """Draw on a terminal, be quiet in a pipe."""
        if not self._console.is_terminal:
            yield None
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            yield live

    async def _ask(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=2) as client:
            with contextlib.suppress(httpx.TransportError):
                metrics = await client.get(f"{self._stage.at.admin}/metrics")
                self._fallbacks = counting.fallbacks(metrics.text.splitlines())


def _counted() -> Iterator[int]:
    turn = 0
    while True:
        yield turn
        turn += 1


@contextlib.contextmanager
def _told_to_end() -> Iterator[asyncio.Event]:
    """Give an event that Ctrl-C, SIGTERM and a closed terminal set."""
    end, loop = asyncio.Event(), asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, end.set)
    try:
        yield end
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
