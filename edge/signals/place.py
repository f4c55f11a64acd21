"""Where a visitor is, as one value.

What is known comes from a geo database or from a CDN, and neither is believed blindly: `place` takes whatever was
found and keeps what can be a place, so that a damaged record costs the visitor's place and nothing else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Final

from edge.signals.zones import zone
from rules.country import CONTINENT, ZONE
from rules.words import COUNTRIES, SIGNALS

LONGEST: Final = 100
"""Characters of a city's name."""

_SUBDIVISION: Final = re.compile(r"[A-Z0-9]{1,3}")
_CONTINENTS: Final = frozenset(SIGNALS["continent"].words)
_TOLD: Final = ("country", "region", "city", "continent", "timezone")


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the map; empty or None where something is not known."""

    country: str = ""  # two letters of ISO 3166-1
    region: str = ""  # ISO 3166-2, with its country: US-CO
    city: str = ""
    continent: str = ""
    timezone: str = ""  # a name that `zones.zone` knows
    latitude: float | None = None  # degrees, and never a signal
    longitude: float | None = None
    signals: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        told = {name: getattr(self, name) for name in _TOLD}
        object.__setattr__(self, "signals", {name: value for name, value in told.items() if value})


NOWHERE: Final = Place()
"""Nothing is known."""


def place(found: Mapping[str, object]) -> Place:
    """The place that these facts describe, by the names of a Place's fields; what cannot be true is left out.

    `region` is an ISO 3166-2 code with or without its country: `US-CO`, `USCO`, `CO`. A continent and a time zone that
    are not told are those of the country, where it has only one. Total over all values.
    """
    country = _code(found.get("country"))
    country = country if country in COUNTRIES else ""
    continent, timezone = _code(found.get("continent")), found.get("timezone")
    latitude, longitude = _degrees(found.get("latitude"), 90), _degrees(found.get("longitude"), 180)
    known = latitude is not None and longitude is not None
    return _one(
        country,
        _region(country, _code(found.get("region"))),
        _name(found.get("city")),
        continent if continent in _CONTINENTS else CONTINENT.get(country, ""),
        timezone if isinstance(timezone, str) and zone(timezone) else ZONE.get(country, ""),
        latitude if known else None,
        longitude if known else None,
    )


_one: Final = lru_cache(maxsize=4096)(Place)
"""The one object for equal places, so that what is worked out for one visitor of a city serves all others there."""


@lru_cache(maxsize=4096)
def completed(told: Place, found: Place) -> Place:
    """What was told, with what else was found of the same country; where they contradict each other, what was told."""
    if not told.country or told.country != found.country or told.region not in ("", found.region):
        return told
    merged = {each.name: getattr(told, each.name) for each in fields(Place) if each.init}
    return Place(**{name: getattr(found, name) if value in ("", None) else value for name, value in merged.items()})


def _code(value: object) -> str:
    return value.strip().upper() if isinstance(value, str) and len(value) < LONGEST else ""


def _region(country: str, code: str) -> str:
    code = code if _SUBDIVISION.fullmatch(code) else code.removeprefix(country).removeprefix("-")
    return f"{country}-{code}" if country and _SUBDIVISION.fullmatch(code) else ""


def _name(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        return ""
    return value.strip()


def _degrees(value: object, most: float) -> float | None:
    try:
        degrees = float(value)  # type: ignore[arg-type]  # whatever is no number raises
    except (TypeError, ValueError, OverflowError):
        return None
    return degrees if math.isfinite(degrees) and abs(degrees) <= most else None
