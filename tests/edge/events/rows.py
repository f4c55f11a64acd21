"""Rows of the event log."""

from __future__ import annotations

from typing import Any, Final

from edge.events.values import Exposure, Outcome

_SHOWN: Final = Exposure(
    decision="page.0",
    experience="hero",
    variant="rain",
    side="personal",
    reason="learned",
    rule=2,
    model="hero/visitor/device,weather",
    cell=("mobile", 'ra"in, ünd'),
    snapshot="0123456789abcdef",
    p=0.1 + 0.2,
    window=600.0,
    issued=999,
    at=1000.25,
)


def exposure(decision: str = "page.0", **other: Any) -> Exposure:
    """One that was learned from, but for what is different."""
    return _SHOWN._replace(decision=decision, **other)


def reward(decision: str = "page.0", **other: Any) -> Outcome:
    """A goal that was reached, but for what is different."""
    return Outcome(decision, "reward", 'click "#hero a"', 1.0, 1010.5)._replace(**other)
