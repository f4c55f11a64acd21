"""A snapshot that would move a large share of the visitors for little reason waits, and says so.

What is learned moves shares little by little. A jump has a cause that somebody may want to see first: a burst that the
guard let through, a goal that broke. So a model that would move a variant's share of the traffic by more than twenty
points within ten minutes, while it has learned little in them for what it knew, keeps the numbers that serve for ten
minutes, or until the jump is gone. What has much to learn may move, and so may a model that has little evidence yet,
and one whose variants, course or imports somebody changed.
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
LITTLE: Final = 0.25
"""New exposures, as a share of those before, that do not account for a jump."""
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
        self._before: dict[str, tuple[Model, float]] = {}  # what served some minutes ago at most, and when
        self._free: set[str] = set()

    def release(self, key: str) -> None:
        """Let the next numbers of this model serve, however far they jump."""
        self._free.add(key)

    def judge(
        self, key: str, served: Model | None, new: Model, traffic: Mapping[tuple[str, ...], float], now: float
    ) -> Model:
        """The model that is to serve now: the new one, or while that is held the one that served so far."""
        before, at = self._before.get(key, (served, now))
        if key not in self.since and not 0 <= now - at < LONGEST:
            before, at = served, now
        jumps = before is not None and key not in self._free and _jumps(before, new, traffic)
        if jumps and served is not None and now - self.since.setdefault(key, now) < LONGEST:
            self._before[key] = before or new, at
            return served
        if jumps or before is None or key in self._free or before.arms != new.arms:
            before, at = new, now
        self._before[key] = before, at
        self._free.discard(key)
        self.since.pop(key, None)
        return new

    def sentence(self) -> str:
        """What is held, for people; empty where nothing is."""
        if not self.since:
            return ""
        names = ", ".join(sorted({key.split("/")[0] for key in self.since}))
        return f"a large move of {names} is held back, for {LONGEST / 60:.0f} minutes at most"


def _jumps(before: Model, new: Model, traffic: Mapping[tuple[str, ...], float]) -> bool:
    """Whether it is too large a move, of a model that knows enough to be held to it."""
    if before.arms != new.arms or before.policy != new.policy:
        return False
    knew, knows = _visits(before), _visits(new)
    return knew >= GROWN and knows <= (1 + LITTLE) * knew and moved(before, new, traffic, new.arms) > LARGE


def _visits(model: Model) -> float:
    return sum(visits for visits, _ in model.evidence.values())
