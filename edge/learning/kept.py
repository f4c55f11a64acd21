"""Which values of a signal a model tells apart: those that are seen often enough to learn anything of.

A value that is seen `OFTEN` times a day is kept; it is dropped again when it falls below half of that, so that one at
the edge does not come and go. Two days count, today and yesterday, whichever saw more of it. On the first day of a
signal all are kept until they are too many: there is no day yet to judge by. Of what comes out of addresses none is
kept before it was seen often enough: it may be of one visitor alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edge.events.log import Log
from edge.learning.pupil import Pupil
from online_models.snapshot import Snapshot
from rules.signals import invented

OFTEN: Final = 20
"""Times a day."""
_EVERY: Final = 300.0
"""Seconds from one look to the next."""
_DAY: Final = 86_400.0
_MOST: Final = 256
"""Values that are kept, the most frequent ones."""
_MANY: Final = 64
"""Values in the first day of a signal from which on they are judged."""

Kept = frozenset[str] | None
"""None: all."""


def kept(today: Mapping[str, int], yesterday: Mapping[str, int], before: Kept) -> Kept:
    """The values to tell apart from now on; `before`: those until now."""
    if not yesterday and before is None and len(today) <= _MANY:
        return None
    counts = {value: max(today.get(value, 0), yesterday.get(value, 0)) for value in {*today, *yesterday}}
    enough = [
        value
        for value, n in counts.items()
        if n >= OFTEN or (before is not None and value in before and 2 * n >= OFTEN)
    ]
    return frozenset(sorted(enough, key=lambda value: (-counts[value], value))[:_MOST])


class Values:
    """Which values each model tells apart, looked at every few minutes."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._kept: dict[str, tuple[Kept, ...]] = {}
        self._at = 0.0

    def of(self, key: str) -> tuple[Kept, ...]:
        """The values of a model, by signal."""
        return self._kept.get(key, ())

    def look(self, pupils: Mapping[str, Pupil], served: Snapshot | None, now: float) -> bool:
        """See what was met by now; whether other values are told apart than before."""
        if 0 <= now - self._at < _EVERY and pupils.keys() <= self._kept.keys():
            return False
        self._at, day, changed = now, int(now // _DAY), False
        today, yesterday = self._log.seen(day), self._log.seen(day - 1)
        for key, pupil in pupils.items():
            signals = pupil.course.signals
            before = self._kept.get(key) or _served(served, key, signals)
            found = tuple(
                kept(today.get((key, signal), {}), yesterday.get((key, signal), {}), was)
                for signal, was in zip(signals, before, strict=True)
            )
            changed |= found != before
            self._kept[key] = found
        return changed


def _served(snapshot: Snapshot | None, key: str, signals: tuple[str, ...]) -> tuple[Kept, ...]:
    model = snapshot.models.get(key) if snapshot else None
    values = model.values if model and len(model.values) == len(signals) else (None,) * len(signals)
    return tuple(
        [
            frozenset() if keep is None and invented(signal) else keep
            for signal, keep in zip(signals, values, strict=True)
        ]
    )
