"""MET Norway's Locationforecast: free, also for commerce, for those who say who they are.

Terms (https://api.met.no/doc/TermsOfService, https://api.met.no/doc/locationforecast/HowTO): a User-Agent with a
contact, no more than four decimals, nothing asked again before `Expires`, `If-Modified-Since` on every repeat. Data
under CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from edge import __version__
from edge.signals.weather.cell import Cell
from edge.signals.weather.reading import Reading, apparent, of_symbol
from edge.signals.weather.service import MOST_HOURS, Call, MisunderstoodError, Series, Terms, number, plain
from edge.signals.weather.sun import is_up

URL: Final = "https://api.met.no/weatherapi/locationforecast/2.0/compact"
_PAST: Final = 3 * 3600
"""Seconds since a step of the forecast began, after which it is not the present any more."""
_MOST_STEPS: Final = 200
"""Steps that are read: more than nine days have, hour by hour at first."""
_TERMS: Final = Terms(cells_per_call=1, calls_per_second=2, burst=10, lifetime=1800, early=False)


@dataclass(frozen=True, slots=True)
class Met:
    """`contact` is an address of mail or of a page where whoever runs this site can be reached."""

    contact: str
    url: str = URL
    name: str = "met"
    terms: Terms = _TERMS

    def call(self, cells: Sequence[Cell]) -> Call:
        """The question for one cell."""
        ((latitude, longitude),) = cells
        where = {"lat": f"{latitude:.4f}", "lon": f"{longitude:.4f}"}
        return Call(self.url, where, {"User-Agent": f"windsock/{__version__} {self.contact}"})

    def read(self, body: bytes, cells: Sequence[Cell], now: float) -> Sequence[Series]:
        """The hour that has begun and the next ones. Raises MisunderstoodError."""
        (cell,) = cells
        try:
            steps = plain(body)["properties"]["timeseries"][:_MOST_STEPS]
            series = _around(now, (_reading(step, cell) for step in steps))
        except (KeyError, TypeError, AttributeError) as error:
            raise MisunderstoodError(f"it has no forecast ({error!r:.80})") from None
        except ValueError as error:
            raise MisunderstoodError(f"{error}"[:200]) from None
        if not series:
            raise MisunderstoodError("it has no forecast for now")
        return (series,)


def _around(now: float, readings: Iterable[Reading]) -> Series:
    """From the last that has begun on; a forecast that begins more than an hour from now says nothing about now."""
    near = [reading for reading in readings if -_PAST < reading.since - now <= MOST_HOURS * 3600]
    begun = [reading for reading in near if reading.since <= now][-1:]
    ahead = [reading for reading in near if reading.since > now]
    return (*begun, *ahead) if begun or (ahead and ahead[0].since <= now + 3600) else ()


def _reading(step: Mapping[str, Any], cell: Cell) -> Reading:
    since = datetime.fromisoformat(step["time"]).timestamp()
    details = step["data"]["instant"]["details"]
    temperature, wind = number(details.get("air_temperature")), number(details.get("wind_speed"))
    symbol = _symbol(step["data"])
    seen = Reading(since, of_symbol(symbol), temperature, wind=wind, is_day=_is_day(symbol, cell, since))
    return replace(seen, feels_like=apparent(temperature, number(details.get("relative_humidity")), wind))


def _symbol(data: Mapping[str, Any]) -> str:
    """The symbol of the shortest time ahead."""
    for ahead in ("next_1_hours", "next_6_hours", "next_12_hours"):
        if ahead in data:
            return str(data[ahead]["summary"]["symbol_code"])
    return ""


def _is_day(symbol: str, cell: Cell, at: float) -> bool:
    """Symbols that look different by night say which they are; for the others the sun is asked."""
    time = symbol.rpartition("_")[2]
    return time == "day" if time in ("day", "night", "polartwilight") else is_up(*cell, at)
