"""What the edge knows of the world beside the request: the weather, what was pushed, how busy the site is.

One process finds it out and publishes it as plain JSON; every worker reads it here. A value is swapped whole, like an
edition, and a look-up costs nothing but a dictionary.

    {"weather": {"59.75,10.75": {"until": 1795360800, "series": [[since, weather, temperature, feels_like, wind,
                 is_day], …]}, "*": {…}},
     "pushed": {"mood": ["busy", until], "place/harbour/queue": [12, until]},
     "load": "busy"}
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from edge.signals.weather.cell import Cell, name_of
from edge.signals.weather.reading import Reading, now_of
from rules.values import UNKNOWN, Value

ANYWHERE: Final = "*"
FOR_EVER: Final = 4e9
"""The `until` of what does not grow old: a file's."""


@dataclass(frozen=True, slots=True)
class Told:
    """The weather of one cell: readings in the order of time, and when they are too old to be told."""

    series: tuple[Reading, ...]
    until: float


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything at one moment. Without anything: all of it is unknown."""

    weather: Mapping[str, Told] = field(default_factory=dict)
    pushed: Mapping[str, tuple[Value, float]] = field(default_factory=dict)
    load: str = UNKNOWN
    _places: Mapping[str, list[tuple[str, Value, float]]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places: dict[str, list[tuple[str, Value, float]]] = {}
        for name, (value, until) in self.pushed.items():
            kind, _, rest = name.partition("/")
            place, _, signal = rest.partition("/")
            if kind == "place":
                places.setdefault(place, []).append((signal, value, until))
        object.__setattr__(self, "_places", places)

    def weather_at(self, cell: str, now: float) -> Mapping[str, Value]:
        """The weather's signals in a cell by its name; nothing where it is not known."""
        told = self.weather.get(cell) or self.weather.get(ANYWHERE)
        reading = now_of(told.series, now) if told is not None and told.until > now else None
        return {} if reading is None else reading.signals()

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
    """The facts of a document that the world published. Raises ValueError, KeyError or TypeError for any other.

    Cells whose `until` is as it was `before` are as they were: that is when they were fetched.
    """
    return Facts(
        weather={cell: _told(told, before.weather.get(cell)) for cell, told in document["weather"].items()},
        pushed={name: (value, float(until)) for name, (value, until) in document["pushed"].items()},
        load=document["load"],
    )


def plain(known: Facts) -> dict[str, Any]:
    """The document of these facts."""
    return {
        "weather": {
            cell: {"until": told.until, "series": [_row(reading) for reading in told.series]}
            for cell, told in known.weather.items()
        },
        "pushed": {name: list(pair) for name, pair in known.pushed.items()},
        "load": known.load,
    }


def _row(reading: Reading) -> list[Any]:
    return [reading.since, *(getattr(reading, name) for name in _FIELDS)]


def _told(document: Mapping[str, Any], before: Told | None) -> Told:
    if before is not None and before.until == document["until"] < FOR_EVER:
        return before
    rows = (dict(zip(("since", *_FIELDS), row, strict=True)) for row in document["series"])
    return Told(tuple(Reading(**row) for row in rows), float(document["until"]))


_FIELDS: Final = ("weather", "temperature", "feels_like", "wind", "is_day")
