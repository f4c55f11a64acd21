"""What the edge knows of the world beside the request: the weather, what was pushed, how busy the site is.

One process finds it out and publishes it; every worker reads it here. A value is swapped whole, like an edition, and a
look-up costs nothing but a dictionary. What changes many times a minute is plain JSON and stays small; the weather,
which may hold a continent, has a file of its own (`weather/sheet.py`), so that a push never carries it along.

    {"pushed": {"mood": ["busy", until], "place/harbour/queue": [12, until]}, "load": "busy"}
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, Final

from edge.signals.weather.cell import Cell, name_of
from edge.signals.weather.reading import Reading, now_of
from edge.signals.weather.sheet import Told
from rules.values import UNKNOWN, Value

ANYWHERE: Final = "*"
FOR_EVER: Final = 4e9
"""The `until` of what does not grow old: a file's."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything at one moment. Without anything: all of it is unknown."""

    weather: Mapping[str, Told] = field(default_factory=dict)
    pushed: Mapping[str, tuple[Value, float]] = field(default_factory=dict)
    load: str = UNKNOWN
    _places: Mapping[str, list[tuple[str, Value, float]]] = field(init=False, repr=False, compare=False)
    _ends: list[float] = field(init=False, repr=False, compare=False)  # of the pushes, in order

    def __post_init__(self) -> None:
        places: dict[str, list[tuple[str, Value, float]]] = {}
        for name, (value, until) in self.pushed.items():
            kind, _, rest = name.partition("/")
            place, _, signal = rest.partition("/")
            if kind == "place":
                places.setdefault(place, []).append((signal, value, until))
        object.__setattr__(self, "_places", places)
        object.__setattr__(self, "_ends", sorted(until for _, until in self.pushed.values()))

    def weather_at(self, cell: str, now: float) -> Mapping[str, Value]:
        """The weather's signals in a cell by its name; nothing where it is not known."""
        told = self._told(cell)
        reading = now_of(told.series, now) if told is not None and told.until > now else None
        return {} if reading is None else reading.signals()

    def weather_until(self, cell: str, now: float) -> float:
        """When the weather in a cell is another: the next reading begins, or what is known is too old."""
        told = self._told(cell)
        if told is None:
            return inf
        return min((at for at in (*(each.since for each in told.series), told.until) if at > now), default=inf)

    def pushed_until(self, now: float) -> float:
        """When the next of the pushes ends."""
        place = bisect_right(self._ends, now)
        return self._ends[place] if place < len(self._ends) else inf

    def _told(self, cell: str) -> Told | None:
        return self.weather.get(cell) or self.weather.get(ANYWHERE)

    def knows(self, cell: str) -> bool:
        """Whether somebody already fetches the weather of that cell."""
        return cell in self.weather or ANYWHERE in self.weather

    def value(self, name: str, now: float) -> Value:
        """What was pushed under that name and still holds."""
        value, until = self.pushed.get(name, (UNKNOWN, 0.0))
        return value if until > now else UNKNOWN

    def of_place(self, place: str, now: float) -> Mapping[str, Value]:
        """All that was pushed for a place and still holds, by the signals' last names."""
        return {name: value for name, value, until in self._places.get(place, ()) if until > now}


NOTHING: Final = Facts()
"""Nothing is known."""


def of_file(known: Mapping[Cell | str, Reading]) -> Mapping[str, Told]:
    """The weather of a file, by the names of its cells."""
    return {
        cell if isinstance(cell, str) else name_of(cell): Told((reading,), FOR_EVER) for cell, reading in known.items()
    }


def facts(document: Mapping[str, Any], before: Facts = NOTHING) -> Facts:
    """The facts of a document that the world published, under the weather of `before`.

    Raises ValueError, KeyError or TypeError for any other document.
    """
    pushed = {name: (value, float(until)) for name, (value, until) in document["pushed"].items()}
    return replace(before, pushed=pushed, load=document["load"])


def plain(known: Facts) -> dict[str, Any]:
    """The document of these facts; their weather is not in it."""
    return {"pushed": {name: list(pair) for name, pair in known.pushed.items()}, "load": known.load}
