"""What the fetcher knows of a weather service: whom to ask, how often, and how to read the answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import orjson

from edge.signals.weather.cell import Cell
from edge.signals.weather.reading import Reading

Series = tuple[Reading, ...]
"""Readings of one cell in the order of time: the present one, and as far ahead as the service says."""

MOST_HOURS: Final = 6
"""How far ahead a forecast is kept: beyond that it is not believed without a new one."""


class MisunderstoodError(ValueError):
    """An answer that is not what the service promises; the message says in what."""


@dataclass(frozen=True, slots=True)
class Call:
    """One GET."""

    url: str
    parameters: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a service asks of those who use it."""

    cells_per_call: int
    calls_per_second: float  # over any long time; each cell of a call counts
    burst: int  # how many at once, when nothing was asked for a while
    lifetime: float  # seconds after which a reading is fetched anew, where the answer names no end
    early: bool  # whether it may be asked again before that end


class Service(Protocol):
    """A weather service: pure functions from cells to a call, and from an answer to readings."""

    @property
    def name(self) -> str:
        """What messages and metrics call it."""

    @property
    def terms(self) -> Terms:
        """How often it may be asked."""

    def call(self, cells: Sequence[Cell]) -> Call:
        """The question for these cells, at most `cells_per_call` of them."""

    def read(self, body: bytes, cells: Sequence[Cell], now: float) -> Sequence[Series]:
        """The readings of these cells, in their order; none for a cell of which it says what no weather can be.

        Raises MisunderstoodError for an answer that is none.
        """


def plain(body: bytes) -> Any:
    """The JSON of an answer; numbers that are none (`NaN`) are refused by the parser."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MisunderstoodError(f"it is no JSON: {error}"[:200]) from None


def number(value: object) -> float | None:
    """A finite number, or None where nothing is said. Raises MisunderstoodError for anything else."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise MisunderstoodError(f"{value!r:.40} is no number")
    return float(value)
