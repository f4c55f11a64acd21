"""Which snapshots are kept: the latest ones close together, the older ones the sparser, back to days.

With one a second the last twenty would be twenty seconds, and there would be nothing to roll back to.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

ROOM: Final = 20


def surplus(kept: Sequence[tuple[int, float]], now: float, spared: Collection[int] = (), room: int = ROOM) -> list[int]:
    """The numbers to let go of, so that one more finds room; `kept`: (number, when it was made), the latest first.

    Of all neighbours those go first that are closest to each other for their age.
    """
    left, gone = list(kept), []
    while len(left) >= room:
        places = [place for place in range(1, len(left)) if left[place][0] not in spared]
        if not places:
            break
        place = min(places, key=lambda place: _distance(left, place, now))
        gone.append(left.pop(place)[0])
    return gone


def _distance(kept: Sequence[tuple[int, float]], place: int, now: float) -> float:
    """How much longer ago than the one after it the one before it is; the oldest is far from nothing."""
    if place + 1 == len(kept):
        return float("inf")
    newer, older = kept[place - 1][1], kept[place + 1][1]
    return (now - older + 1) / (now - newer + 1)
