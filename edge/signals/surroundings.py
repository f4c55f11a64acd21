"""What surrounds a visit: the weather where the visitor is, the nearest of the site's places, the place that the page
is about, how busy the site is, and what the site has pushed.

All of it is looked up in `Facts`, which another process keeps: nobody is asked while a visitor waits. Where the weather
of a cell is not known, the wish for it is passed on, and the next visitor there may see it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from math import inf
from typing import Final

from edge.signals.facts import Facts
from edge.signals.near import nearest
from edge.signals.place import Place
from edge.signals.time import Times
from edge.signals.weather.cell import Cell, cell_of, name_of
from rules.values import UNKNOWN, Site, Spot, Value

WEATHER: Final = ("weather", "temperature", "feels_like", "wind", "is_day")
_REMEMBERED: Final = 4096
_LONGEST: Final = 256
"""Characters of a path that is kept."""
SOON: Final = 1.0
"""Seconds after which it is asked again for what is not known yet."""
TIME: Final = ("hour", "daypart", "weekday", "weekend", "date", "month", "season")

Wish = Callable[[Cell, float], None]
"""Somebody in this cell could see the weather; the moment, in seconds since the epoch."""


def nobody(cell: Cell, at: float) -> None:
    """Nobody listens to wishes."""


class Surroundings:
    """The surroundings of one site; of a place that a page is about only what `asked` says, None being everything."""

    def __init__(
        self, site: Site, times: Times, wish: Wish = nobody, asked: Callable[[str], bool] = lambda _: True
    ) -> None:
        self._site, self._times, self._wish = site, times, wish
        self._spots = {**site.stores, **site.places}
        self._nearest = lru_cache(_REMEMBERED)(self._nearest_to)
        self._about = lru_cache(_REMEMBERED)(self._place_of)
        self._outside = any(asked(name) for name in WEATHER)
        self._clock = any(asked(f"place.{name}") for name in TIME)
        self._sky = any(asked(f"place.{name}") for name in WEATHER)
        self._pushed = tuple(n for n, source in site.signals.items() if source.comes_from == "pushed" and asked(n))

    def weather(self, facts: Facts, place: Place, at: float) -> Mapping[str, Value]:
        """The weather where the visitor is."""
        if place.latitude is None or place.longitude is None:
            return {}
        return self._weather(facts, place.latitude, place.longitude, at)

    def near(self, facts: Facts, place: Place, at: float) -> Mapping[str, Value]:
        """`near` and `near.*` of the nearest place in reach; nothing where there is none, or where nobody knows."""
        if place.latitude is None or place.longitude is None:
            return {}
        spot = self._nearest(place.latitude, place.longitude)
        if spot is None:
            return {}
        return {"near": spot.key, **_said("near", spot), **_prefixed("near", facts.of_place(spot.key, at))}

    def about(self, facts: Facts, spot: Spot | None, at: float) -> Mapping[str, Value]:
        """`place.*` of the place that a page is about; nothing for a page about none."""
        if spot is None:
            return {}
        found: dict[str, Value] = {}
        if self._clock and spot.timezone:
            found |= _prefixed("place", self._times.signals(at, _place(spot)))
        if self._sky:
            found |= _prefixed("place", self._weather(facts, spot.latitude, spot.longitude, at))
        return {**found, **_said("place", spot), **_prefixed("place", facts.of_place(spot.key, at))}

    def spot_of(self, path: str) -> Spot | None:
        """The place that the page at this path is about, if there is one."""
        return self._about(path) if len(path) <= _LONGEST else self._place_of(path)

    def site(self, facts: Facts, at: float) -> Mapping[str, Value]:
        """`load`, and what was pushed for the whole site."""
        found: dict[str, Value] = {name: facts.value(name, at) for name in self._pushed}
        found["load"] = facts.load
        return {name: value for name, value in found.items() if value != UNKNOWN}

    def until(self, facts: Facts, place: Place, spot: Spot | None, at: float) -> float:
        """Until when all of this holds at the latest: a push ends, or the weather at one of the two is another."""
        seen = [place] if self._outside else []
        if spot is not None and self._sky:
            seen.append(_place(spot))
        return min(facts.pushed_until(at), *(self._weather_until(facts, each, at) for each in seen), inf)

    def _weather_until(self, facts: Facts, place: Place, at: float) -> float:
        """What is not known yet may be known in a moment."""
        found = None if place.latitude is None or place.longitude is None else _cell(place.latitude, place.longitude)
        if found is None:
            return inf
        return facts.weather_until(found[1], at) if facts.knows(found[1]) else at + SOON

    def _weather(self, facts: Facts, latitude: float, longitude: float, at: float) -> Mapping[str, Value]:
        found = _cell(latitude, longitude)
        if found is None:
            return {}
        cell, name = found
        self._wish(cell, at)
        return facts.weather_at(name, at)

    def _nearest_to(self, latitude: float, longitude: float) -> Spot | None:
        return nearest(latitude, longitude, self._site.near, self._spots)

    def _place_of(self, path: str) -> Spot | None:
        """The first pattern that matches settles it, also where it names a place that there is not."""
        for about in self._site.about:
            captured = about.path.capture(path)
            if captured is not None:
                return self._spots.get(about.place or next(iter(captured.values()), ""))
        return None


@lru_cache(_REMEMBERED)
def _cell(latitude: float, longitude: float) -> tuple[Cell, str] | None:
    cell = cell_of(latitude, longitude)
    return None if cell is None else (cell, name_of(cell))


def _place(spot: Spot) -> Place:
    return Place(timezone=spot.timezone, country=spot.country, latitude=spot.latitude, longitude=spot.longitude)


def _said(family: str, spot: Spot) -> Mapping[str, Value]:
    """What the site says of a place in its rules."""
    country = {"country": spot.country} if spot.country else {}
    return _prefixed(family, {"name": spot.name, **country, **spot.labels})


def _prefixed(family: str, signals: Mapping[str, Value]) -> dict[str, Value]:
    return {_name(family, name): value for name, value in signals.items()}


@lru_cache(_REMEMBERED)
def _name(family: str, name: str) -> str:
    """The same text object in all surroundings, since that is in the processor's cache."""
    return f"{family}.{name}"
