"""At the shop window: visitors look at what lies in it, and some click, as their taste and their luck will have it."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Final

import httpx

from edge.demo import snippet
from edge.demo.taste import EXPERIENCE, chances
from loadtest.reading import Shown
from loadtest.visitors import Persona, Visit, persona

PASSERS_BY: Final = ("sofa", "lisbon", "early-bird", "oslo", "vienna")
"""Who comes by again and again: five places, with different hours and devices."""

AWHILE: Final = 20.0
"""Seconds that count as the beginning, and as lately."""

SOONEST: Final = 0.2
SLOWEST: Final = 1.2
"""Seconds from a page to the click on it: well within the reward window."""

_LAST: Final = 100_000


@dataclass(frozen=True, slots=True)
class Glance:
    """One page with the shop window, as one visitor saw it."""

    persona: str
    variant: str
    held: bool  # the visitor is held out
    clicked: bool
    at: float  # seconds of the monotonic clock


def passers_by(seed: int) -> Iterator[Visit]:
    """Visits to the home page alone, without end, the same ones for the same seed."""
    luck = random.Random(seed)  # noqa: S311 -- simulated people need a seed, not a secret
    people = [replace(one, start="/", referer="") for one in map(persona, PASSERS_BY) if one]
    while True:
        yield Visit(luck.choice(people), keeps_cookies=True)


@dataclass(frozen=True, slots=True)
class Clicks:
    """How many of so many clicked."""

    clicked: int
    saw: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 where nobody was."""
        return self.clicked / self.saw if self.saw else 0.0


@dataclass(slots=True)
class Glances:
    """All glances, as they come."""

    kept: int = 0  # beacons that the edge has written down
    lost: int = 0  # those that it has not
    _begun: float = field(default_factory=monotonic)
    _first: list[Glance] = field(default_factory=list)
    _last: deque[Glance] = field(default_factory=lambda: deque(maxlen=_LAST))

    def said(self, kept: bool) -> None:
        """Count one beacon."""
        self.kept += kept
        self.lost += not kept

    def add(self, glance: Glance) -> None:
        """Count one glance."""
        if glance.at - self._begun < AWHILE:
            self._first.append(glance)
        self._last.append(glance)

    def at_first(self) -> Clicks:
        """Of those for whom it was drawn, in the beginning."""
        return _clicks([each for each in self._first if not each.held])

    def lately(self) -> Clicks:
        """Of those for whom it was drawn, just now."""
        since = self._last[-1].at - AWHILE if self._last else 0.0
        return _clicks([each for each in self._last if not each.held and each.at >= since])

    @property
    def held_share(self) -> float:
        """The share of those who are held out, 0 to 1."""
        return sum(each.held for each in self._last) / len(self._last) if self._last else 0.0

    def held(self) -> Clicks:
        """Of those who are held out, all the time."""
        return _clicks([each for each in self._last if each.held])


class Window:
    """Where visitors look; their glances are counted."""

    def __init__(self, client: httpx.AsyncClient, glances: Glances, seed: int = 0) -> None:
        self._client, self._glances = client, glances
        self._luck = random.Random(seed)  # noqa: S311 -- simulated people need a seed, not a secret

    async def look(self, who: Persona, page: str, shown: Sequence[Shown], fields: Mapping[str, str]) -> None:
        """See a page, and maybe click; nothing happens on a page that counts nothing."""
        block = snippet.block(page)
        if block is None:
            return
        self._glances.said(await snippet.exposed(self._client, block, fields))
        here = next((one for one in shown if one.experience == EXPERIENCE), None)
        if here is None:
            return
        await asyncio.sleep(self._luck.uniform(SOONEST, SLOWEST))
        clicks = self._luck.random() < chances(who, datetime.now(UTC)).get(here.variant, 0.0)
        if clicks:
            goal = block.goal("click", "#row-shop")
            self._glances.said(await snippet.rewarded(self._client, block, goal, fields))
        self._glances.add(Glance(who.name, here.variant, here.reason == "holdout", clicks, monotonic()))


def _clicks(glances: Sequence[Glance]) -> Clicks:
    return Clicks(sum(each.clicked for each in glances), len(glances))
