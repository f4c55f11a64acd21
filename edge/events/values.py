"""What stands in the event log, its rows as the tuples that SQLite takes. Nothing in it names a visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Side = Literal["personal", "holdout"]
Event = Literal["reward", "measure"]


class Exposure(NamedTuple):
    """A decision whose page proved that it was shown."""

    decision: str  # `PAGEID.N`: the page, and the place of the decision among those of the page
    experience: str
    variant: str
    side: Side
    reason: str
    rule: int | None  # the 1-based entry of `choose`
    model: str  # what it is learned into; empty where nothing learns
    cell: tuple[str, ...]  # the values of the signals of that model
    snapshot: str  # the version of the numbers that it was drawn by; empty where there were none
    p: float  # the exact probability of the variant
    window: float  # seconds from `at` in which a reward counts
    issued: int  # when the page was made; seconds since the epoch
    at: float  # when the exposure came; seconds since the epoch


class Outcome(NamedTuple):
    """Something that followed: a goal was reached, or a guardrail was measured."""

    decision: str
    event: Event
    goal: str  # the goal's text; of a measure `bounce`, `lcp`, `cls`, `inp` or `errors`
    value: float  # of a reward in [0, 1]; lcp and inp in milliseconds
    at: float  # when it came; seconds since the epoch


@dataclass(frozen=True, slots=True)
class Tally:
    """So many decisions of one kind in one hour, also those whose page never proved anything."""

    hour: int  # hours since the epoch
    experience: str
    variant: str
    side: Side
    reason: str
    n: int
