"""What the edge believes of each persona: asked of `/_windsock/choice`, where every visitor may see it.

A persona asks with the very fields of its visits, so this is what the edge takes for true, and not what the crowd
knows about itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx

from loadtest.visitors import PERSONAS, Persona

CHOICE: Final = "/_windsock/choice"


@dataclass(frozen=True, slots=True)
class Belief:
    """One persona's signals, as far as a person would ask for them; empty is unknown."""

    city: str = ""
    timezone: str = ""
    weather: str = ""
    temperature: float | None = None  # degrees Celsius
    load: str = ""  # of the site; the same for all
    country: str = ""
    daypart: str = ""
    device: str = ""

    @property
    def sky(self) -> str:
        """`rain 9°`."""
        degrees = "" if self.temperature is None else f" {self.temperature:.0f}°"
        return f"{self.weather}{degrees}" if self.weather else ""

    def clock(self, now: datetime) -> str:
        """`12:50`, on the clock of the zone that the edge believes in."""
        return f"{now.astimezone(ZoneInfo(self.timezone)):%H:%M}" if self.timezone else ""


NOTHING: Final = Belief()


async def beliefs(client: httpx.AsyncClient) -> dict[str, Belief]:
    """Persona -> what the edge believes of it now; nothing of those whom it does not answer."""
    return {who.name: await _belief(client, who) for who in PERSONAS}


async def _belief(client: httpx.AsyncClient, who: Persona) -> Belief:
    try:
        answer = await client.get(CHOICE, headers=dict(who.fields()) | {"Accept": "application/json"})
        return belief(answer.json()["signals"]) if answer.is_success else NOTHING
    except (httpx.TransportError, ValueError, KeyError):
        return NOTHING


_WORDS: Final = ("city", "timezone", "weather", "load", "country", "daypart", "device")


def belief(signals: dict[str, Any]) -> Belief:
    """The belief in the signals of one answer."""
    words = {name: str(signals.get(name, "")) for name in _WORDS}
    return Belief(temperature=signals.get("temperature"), **words)
