"""What a country tells about the visitors who are in it, as data: `data/countries.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from rules.window import WEEKDAYS

_FACTS: Final = tomllib.loads(files("rules").joinpath("data/countries.toml").read_text("utf-8"))

CONTINENT: Final[Mapping[str, str]] = {
    country: continent for continent, countries in _FACTS["continent"].items() for country in countries.split()
}
"""Country -> continent, both by their two letters."""

ZONE: Final[Mapping[str, str]] = _FACTS["zone"]
"""Country -> its time zone, where there is only one."""

HOME: Final[Mapping[str, str]] = {zone: country for country, zone in ZONE.items()}
"""The way back, for the zone that a site names."""

SOUTH: Final = frozenset(_FACTS["south"]["countries"].split())
"""Countries of the southern hemisphere."""

SOUTHERN_ZONES: Final = frozenset(_FACTS["south"]["zones"].split())
"""Time zones of the southern hemisphere."""

_SATURDAY_AND_SUNDAY: Final = frozenset({5, 6})
_FREE: Final = {
    country: frozenset(map(WEEKDAYS.index, days.split()))
    for days, countries in _FACTS["weekend"].items()
    for country in countries.split()
}


def weekend(country: str) -> frozenset[int]:
    """The weekdays that are free there, 0 for Monday; Saturday and Sunday where nothing else is known."""
    return _FREE.get(country, _SATURDAY_AND_SUNDAY)
