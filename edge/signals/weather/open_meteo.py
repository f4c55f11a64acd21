"""Open-Meteo: its free service is for non-commercial use only; a paid plan has its own address and key, and so has a
server of one's own.

Documentation: https://open-meteo.com/en/docs, terms: https://open-meteo.com/en/terms. Data under CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from edge.signals.weather.cell import Cell
from edge.signals.weather.reading import Reading, of_wmo
from edge.signals.weather.service import Call, MisunderstoodError, Series, Terms, number, plain

URL: Final = "https://api.open-meteo.com/v1/forecast"
_FREE: Final = Terms(cells_per_call=50, calls_per_second=9_000 / 86_400, burst=100, lifetime=1800, early=True)
"""The free service allows 600 calls a minute, 5,000 an hour, 10,000 a day and 300,000 a month, and each place of a call
is one. This bucket keeps within all four and needs no ledger: the month is the narrowest, at 9,677 a day. What is left
of it, 21,000 in the longest month, is for the first hundred of each start of the edge: six starts a day.
"""

_OWN: Final = Terms(cells_per_call=50, calls_per_second=10, burst=500, lifetime=900, early=True)
_ASKED: Final = "temperature_2m,apparent_temperature,weather_code,wind_speed_10m,is_day"


@dataclass(frozen=True, slots=True)
class OpenMeteo:
    """The free service, or another address of it with or without a key."""

    url: str = URL
    key: str = ""
    name: str = "open-meteo"

    @property
    def terms(self) -> Terms:
        """Nine thousand calls a day for nothing; more for those who pay or serve themselves."""
        return _FREE if _free(self.url) else _OWN

    def call(self, cells: Sequence[Cell]) -> Call:
        """One question for all cells."""
        parameters = {
            "latitude": ",".join(f"{latitude:.2f}" for latitude, _ in cells),
            "longitude": ",".join(f"{longitude:.2f}" for _, longitude in cells),
            "current": _ASKED,
            "wind_speed_unit": "ms",
            "timeformat": "unixtime",
        }
        return Call(self.url, {**parameters, "apikey": self.key} if self.key else parameters)

    def read(self, body: bytes, cells: Sequence[Cell], now: float) -> Sequence[Series]:
        """The present reading of each cell. Raises MisunderstoodError."""
        answer = plain(body)
        places = answer if isinstance(answer, list) else [answer]
        if len(places) != len(cells):
            raise MisunderstoodError(f"it has {len(places)} places where {len(cells)} were asked for")
        told = tuple(_series(place, now) for place in places)
        if not any(told):
            raise MisunderstoodError("it says what no weather can be")
        return told


def _free(url: str) -> bool:
    """Whether that is the free service, however its address is written; those who pay have `customer-` before it."""
    host = (urlsplit(url.strip()).hostname or "").rstrip(".")
    return f".{host}".endswith(".open-meteo.com") and not host.startswith("customer-")


def _series(place: Any, now: float) -> Series:
    """The one reading there is, or none where it cannot be true: the other places of an answer are judged alone."""
    try:
        return (_reading(place["current"], now),)
    except (KeyError, TypeError, AttributeError, ValueError):
        return ()


def _reading(current: Mapping[str, Any], now: float) -> Reading:
    since = number(current["time"])
    if since is None or abs(since - now) > 3 * 3600:
        raise MisunderstoodError("its weather is not of now")
    day = number(current.get("is_day"))
    return Reading(
        since,
        weather=of_wmo(current.get("weather_code")),
        temperature=number(current.get("temperature_2m")),
        feels_like=number(current.get("apparent_temperature")),
        wind=number(current.get("wind_speed_10m")),
        is_day=None if day is None else day == 1,
    )
