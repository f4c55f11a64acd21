"""Where the weather comes from: asked once, as the edge would, with what its terms ask for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edge.cli.checkup.finding import Finding
from edge.clock import Clock
from edge.settings import Settings
from edge.signals.weather import fixture, open_meteo
from edge.signals.weather.cell import Cell, cell_of
from edge.signals.weather.get import Answered, Refused, client, get
from edge.signals.weather.reading import Reading, now_of
from edge.signals.weather.service import MisunderstoodError, Service
from edge.world.sky import service, wrong

_GREENWICH: Final[Cell] = cell_of(51.48, 0.0) or (0.0, 0.0)
_REMEDIES: Final = {
    "timeout": "see whether this machine reaches it",
    "unreachable": "see whether this machine reaches it, and whether weather_url is right",
    "redirect": "set weather_url to where it leads, if that is right",
    "status 401": "check weather_key",
    "status 403": "it does not accept who asks: check weather_contact or weather_key",
    "status 429": "it is asked too often; see what else uses this address or key",
}


def weather(settings: Settings, clock: Clock) -> Iterator[Finding]:
    """What is to be said of the weather."""
    problem, asked = wrong(settings), service(settings)
    if settings.weather == "off":
        yield Finding("weather", "ok", "off: weather and temperature are unknown")
    elif problem:
        yield Finding("weather", "fail", problem)
    elif asked is None:
        yield _file(Path(settings.weather.removeprefix("file:")))
    else:
        yield asyncio.run(_asked(asked, clock()))
        yield from _terms(asked)


def _file(path: Path) -> Finding:
    try:
        known = fixture.read(path)
    except (OSError, ValueError) as error:
        return Finding("weather", "fail", f"{error}" if isinstance(error, ValueError) else f"{path}: {error.strerror}")
    return Finding("weather", "ok", f"{path} knows {len(known)} places")


async def _asked(asked: Service, now: float) -> Finding:
    """The weather at Greenwich, which every service knows."""
    async with client() as http:
        answer = await get(http, asked.call([_GREENWICH]), "")
    if isinstance(answer, Refused):
        remedy = _REMEDIES.get(answer.reason, "see whether the service is well, and whether weather_url is right")
        return Finding("weather", "fail", f"{asked.name} gives no weather ({answer.reason}); {remedy}")
    try:
        reading = _first(asked, answer, now)
    except MisunderstoodError as error:
        return Finding("weather", "fail", f"{asked.name} is not understood: {error}; check weather_url")
    return Finding("weather", "ok", f"{asked.name} answers: at Greenwich it is {_said(reading)}")


def _first(asked: Service, answer: Answered, now: float) -> Reading:
    (series,) = asked.read(answer.body or b"", [_GREENWICH], now)
    reading = now_of(series, now)
    if reading is None:
        raise MisunderstoodError("it has no weather for now")
    return reading


def _said(reading: Reading) -> str:
    degrees = "" if reading.temperature is None else f"{reading.temperature:g} °C"
    return ", ".join(filter(None, (reading.weather, degrees))) or "known, and nothing is said of it"


def _terms(asked: Service) -> Iterator[Finding]:
    """What the service asks of those who use it."""
    if asked.name == "met":
        line = "show where the weather is shown: Weather data from MET Norway (CC BY 4.0), https://www.met.no"
        yield Finding("weather", "ok", line)
        return
    if isinstance(asked, open_meteo.OpenMeteo) and asked.url == open_meteo.URL:
        line = (
            "the free service of Open-Meteo is not for commercial use; a plan has its own weather_url and weather_key"
        )
        yield Finding("weather", "warn", line)
    line = "show where the weather is shown: Weather data by Open-Meteo.com (CC BY 4.0), https://open-meteo.com"
    yield Finding("weather", "ok", line)
