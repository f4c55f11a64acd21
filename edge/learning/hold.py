"""A snapshot that would move a large share of the visitors at once waits, and says so.

What is learned second by second moves shares by little. A jump has a cause that somebody may want to see first: a burst
that the guard let through, a learner that was away for long, a goal that broke. So a model that moves a variant's share
of the traffic by more than twenty points keeps its last numbers for ten minutes, or until the jump is gone. A model
that has little evidence yet may jump, and one whose variants, course or imports somebody changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from online_models.distribution import distribution

if TYPE_CHECKING:
    from online_models.snapshot import Model

LARGE: Final = 0.20
"""Share of the traffic."""
LONGEST: Final = 600.0
"""Seconds that it is held."""
GROWN: Final = 2_000.0
"""Closed exposures below which a model may jump."""
_CELLS: Final = 16
"""Cells by which it is judged, those with the most traffic."""


def moved(before: Model, after: Model, traffic: Mapping[tuple[str, ...], float], arms: tuple[str, ...]) -> float:
    """By how much the share of a variant changes at most, over the cells and their traffic; from 0 to 1."""
    cells = sorted(traffic, key=lambda cell: (-traffic[cell], cell))[:_CELLS]
    whole = sum(traffic[cell] for cell in cells)
    change = dict.fromkeys(arms, 0.0)
    for cell in cells:
        shares = zip(
            arms,
            distribution(before, before.policy, cell, arms),
            distribution(after, after.policy, cell, arms),
            strict=True,
        )
        for arm, old, new in shares:
            change[arm] += traffic[cell] / whole * (new - old)
    return max(map(abs, change.values()), default=0.0)


class Hold:
    """Which models are held, and since when (seconds since the epoch)."""

    def __init__(self) -> None:
        self.since: dict[str, float] = {}
        self._free: set[str] = set()

    def release(self, key: str) -> None:
        """Let the next numbers of this model serve, however far they jump."""
        self._free.add(key)

    def judge(
        self, key: str, before: Model | None, after: Model, traffic: Mapping[tuple[str, ...], float], now: float
    ) -> Model:
        """The model that is to serve now."""
        free = key in self._free
        self._free.discard(key)
        if before is None or free or not _jumps(before, after, traffic):
            self.since.pop(key, None)
            return after
        if now - self.since.setdefault(key, now) >= LONGEST:
            del self.since[key]
            return after
        return before

    def sentence(self) -> str:
        """What is held, for people; empty where nothing is."""
        if not self.since:
            return ""
        names = ", ".join(sorted({key.split("/")[0] for key in self.since}))
        return f"a large move of {names} is held back, for {LONGEST / 60:.0f} minutes at most"


def _jumps(before: Model, after: Model, traffic: Mapping[tuple[str, ...], float]) -> bool:
    """Whether it is too large a move, of a model that knows enough to be held to it."""
    grown = sum(n for n, _ in before.evidence.values()) >= GROWN
    same = before.arms == after.arms and before.policy == after.policy
    return grown and same and moved(before, after, traffic, after.arms) > LARGE
