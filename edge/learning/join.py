"""An exposure and what followed it, once nothing more can follow: one row to learn from.

Rows are closed when their window is over and a grace besides, in which the last rewards find their way into the log.
A reward counts when it came within the window; with none it is 0. Both are learned at the end: to learn a success at
once and its absence later would teach that everything succeeds at first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from edge.events.log import Exposure, Outcome

GRACE: Final = 10.0
"""Seconds after a window in which what came within it is still being written."""


def over(exposure: Exposure, longest: float) -> float:
    """When nothing more can follow (seconds since the epoch); `longest`: the window of today's rules."""
    return exposure.at + min(exposure.window, longest) + GRACE


def reward(exposure: Exposure, outcomes: Sequence[Outcome], goal: str, longest: float) -> float:
    """What came within the window for this goal, from 0 to 1."""
    end = exposure.at + min(exposure.window, longest)
    came = (each.value for each in outcomes if each.event == "reward" and each.goal == goal and each.at <= end)
    return max((min(max(value, 0.0), 1.0) for value in came), default=0.0)


def measured(exposure: Exposure, outcomes: Sequence[Outcome], longest: float) -> dict[str, float]:
    """What was measured on the page within the window, by measure."""
    end = exposure.at + min(exposure.window, longest)
    return {each.goal: each.value for each in outcomes if each.event == "measure" and each.at <= end}
