"""Plays a world through, visit by visit, with a clock that costs nothing, and keeps what it was worth.

A player says how likely it shows each variant, shows one, and is told of each page once: when its window has closed,
with the reward or with zero. Nobody learns from the future.

What a player is worth is counted in chances, not in clicks: the expected clicks of the shares that it showed. That is
the same on average and far less noisy. *Capture* is how far it came from even shares (0) to somebody who knows the
truth and always shows the best (1). Bots take part, but what they are shown is worth nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Protocol

from loadtest.worlds.crowd import BEGIN, Visit
from loadtest.worlds.world import Fate, World

WINDOW: Final = 3600.0
"""Seconds in which a click counts."""

GRACE: Final = 10.0
"""Seconds that a window stays open for clicks that are on their way."""

POINTS: Final = 100
"""Of a curve."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a player shows: one of the variants, and how likely each of them was, in their order."""

    variant: str
    odds: tuple[float, ...]


class Player(Protocol):
    """Somebody who chooses and learns."""

    def show(self, visit: Visit, variants: tuple[str, ...]) -> Shown:
        """Choose one of the variants for a visit."""

    def learn(self, visit: Visit, shown: str, odds: float, reward: float) -> None:
        """Take in what became of a page whose window has closed; `odds` is how likely it was shown."""

    def refresh(self, now: float) -> None:
        """Take what was learned into use."""


Play = Iterable[tuple[Visit, Fate]]


@dataclass(slots=True)
class Run:
    """What a player got out of a world."""

    even: float = 0.0  # expected clicks of even shares
    won: float = 0.0  # of this player
    best: float = 0.0  # of one who knows the truth
    path: list[tuple[float, float, float]] = field(
        default_factory=list
    )  # the three, after each hundredth of the visits
    newest: float = 0.0  # largest share of the late variant before its first window closed
    least: float = 1.0  # smallest share of any variant

    @property
    def capture(self) -> float:
        """The share of the way from even shares to the truth; where all is the same, 1."""
        return _capture(self.even, self.won, self.best)

    @property
    def regret(self) -> list[float]:
        """Expected clicks that were missed until each hundredth of the visits."""
        return [best - won for _, won, best in self.path]

    @property
    def quarters(self) -> list[float]:
        """The capture of each quarter of the visits."""
        ends = [(0.0, 0.0, 0.0), *self.path[POINTS // 4 - 1 :: POINTS // 4]]
        return [_capture(*(now - then for then, now in zip(*pair, strict=True))) for pair in pairwise(ends)]


def simulate(
    world: World,
    player: Player,
    play: Play | None = None,
    *,
    wait: bool = False,
    refresh: float = 60.0,
    progress: Callable[[int], None] = lambda _: None,
) -> Run:
    """Let a player meet a world.

    `play` is the world's story where several players meet it and it was written down. `wait`: clicks come after their
    delay, and are told when the window closes; without it each page is told of at once. `refresh`: seconds between two
    times that what was learned is taken into use. `progress` is told the number of visits, now and then.
    """
    run, books = Run(), _Books(world, player, wait)
    due, whole = 0.0, world.count + world.bots
    for number, (visit, fate) in enumerate(world.story() if play is None else play):
        books.close(visit.at)
        if visit.at >= due:
            player.refresh(visit.at)
            due = visit.at + refresh
        variants = world.open(visit.at)
        shown = player.show(visit, variants)
        books.open(visit, fate, shown, variants)
        run.least = min(run.least, *shown.odds)
        if visit.at >= world.joins > BEGIN and world.variants[-1] not in books.closed:
            run.newest = max(run.newest, shown.odds[-1])
        if not visit.bot:
            _count(run, fate, shown)
        if number % 100 == 99:
            progress(100)
        if (number + 1) * POINTS // whole > len(run.path):
            run.path.append((run.even, run.won, run.best))
    return run


class _Books:
    """Pages whose windows are open."""

    def __init__(self, world: World, player: Player, wait: bool) -> None:
        self._world, self._player, self._wait = world, player, wait
        self._pages: deque[tuple[float, Visit, str, float, float]] = deque()
        self.closed: set[str] = set()

    def open(self, visit: Visit, fate: Fate, shown: Shown, variants: tuple[str, ...]) -> None:
        odds = shown.odds[variants.index(shown.variant)]
        clicked = fate.clicks(self._world.variants.index(shown.variant)) and fate.delay <= WINDOW
        closes = visit.at + WINDOW + GRACE if self._wait else visit.at
        self._pages.append((closes, visit, shown.variant, odds, float(clicked)))

    def close(self, now: float) -> None:
        while self._pages and self._pages[0][0] <= now:
            _, visit, shown, odds, reward = self._pages.popleft()
            self._player.learn(visit, shown, odds, reward)
            self.closed.add(shown)


def _count(run: Run, fate: Fate, shown: Shown) -> None:
    chances = fate.chances[: len(shown.odds)]
    run.even += sum(chances) / len(chances)
    run.won += sum(share * chance for share, chance in zip(shown.odds, chances, strict=True))
    run.best += max(chances)


def _capture(even: float, won: float, best: float) -> float:
    return (won - even) / (best - even) if best > even else 1.0
