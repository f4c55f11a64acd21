"""Where the weather comes from, as the operator has set it: a service that is asked, or a file that is read."""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, Protocol

from edge.clock import Clock
from edge.settings import Settings
from edge.signals.facts import of_file
from edge.signals.weather import fixture, met, open_meteo
from edge.signals.weather.fetch import Counts, Fetcher
from edge.signals.weather.service import Service
from edge.signals.weather.sheet import Told
from edge.world.world import World

_log = logging.getLogger("windsock")

_LOOK: Final = 1.0
"""Seconds between two looks at a file."""
_FIGURES: Final = 5.0
"""Seconds between two looks at the figures."""
_FILE: Final = "file:"
_CONTACT: Final = re.compile(r"[^\s@]+@[^\s@]+|https?://\S")


class Figures(Protocol):
    """Where figures about the weather are kept."""

    def known(self, cells: int, oldest: float, refused: int) -> None:
        """So many cells are known, the oldest for so many seconds; so many more had to wait since the last time."""


def service(settings: Settings) -> Service | None:
    """The service that is asked; None for a file, and where nobody is."""
    if settings.weather == "met":
        return met.Met(settings.weather_contact, settings.weather_url or met.URL)
    if settings.weather == "open-meteo":
        return open_meteo.OpenMeteo(settings.weather_url or open_meteo.URL, settings.weather_key)
    return None


def wrong(settings: Settings) -> str:
    """Why the weather cannot be asked for with these settings, and what to do; empty when it can."""
    contact = settings.weather_contact
    if settings.weather == "met" and not (contact.isascii() and _CONTACT.search(contact)):
        found = f"weather_contact is {contact!r}" if contact else "weather_contact is not set"
        return (
            f"weather is met and {found}: MET Norway refuses who does not say where to reach them; "
            "set weather_contact to a mail address or a page, such as webmaster@shop.example"
        )
    return ""


async def watch(settings: Settings, world: World, counts: Counts, clock: Clock) -> None:
    """Keep the world's weather true, for ever."""
    asked = service(settings)
    world.asks = asked is not None
    if asked is not None:
        await Fetcher(asked, world.table, counts, clock, random.random, again=world.began_again).run()
    elif settings.weather.startswith(_FILE):
        await _follow(Path(settings.weather.removeprefix(_FILE)), world)
    else:
        await asyncio.Event().wait()


async def count(world: World, counts: Figures, clock: Clock) -> None:
    """Keep the figures about the weather up to date, for ever."""
    refused = 0
    while True:
        now = clock()
        counts.known(len(world.table.known(now)), world.table.oldest(now), world.table.refused - refused)
        refused = world.table.refused
        await asyncio.sleep(_FIGURES)


async def _follow(path: Path, world: World) -> None:
    look = _Looker(path, lambda known: setattr(world, "file", known))
    while True:
        await asyncio.to_thread(look)
        await asyncio.sleep(_LOOK)


class _Looker:
    """Reads a file each time it has changed; what cannot be read is said once and changes nothing."""

    def __init__(self, path: Path, take: Callable[[Mapping[str, Told]], None]) -> None:
        self._path, self._take = path, take
        self._seen: tuple[int, int] | str | None = None

    def __call__(self) -> None:
        try:
            status = self._path.stat()
            now: tuple[int, int] | str = (status.st_ino, status.st_mtime_ns)
            if now != self._seen:
                self._take(of_file(fixture.read(self._path)))
        except (OSError, ValueError) as error:
            now = f"{error}"
            if now != self._seen:
                _log.error("the weather is not read: %s", error)
        self._seen = now
