"""What passers-by like in the shop window: the truth that the edge does not know and has to find out.

It is a taste of `loadtest.worlds`: three signals of a visitor, where each word makes each variant a little better or
worse. So what somebody likes hangs on the country, on the part of the day there, and on the device.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from math import exp
from typing import Final
from zoneinfo import ZoneInfo

from loadtest.visitors import PERSONAS, Persona
from loadtest.worlds.crowd import Cell
from loadtest.worlds.kind import Kind
from loadtest.worlds.taste import Taste

EXPERIENCE: Final = "shop-window"
VARIANTS: Final = ("boots", "stove", "lantern")
"""What may lie in it, as in `rules/site/shop-window.yaml`."""
PLAIN: Final = "plain"
"""The shelf without it, which people are as likely to click on wherever they are."""

DAYPARTS: Final = {"morning": range(5, 11), "day": range(11, 17), "evening": range(17, 22)}
"""Hours of the day; what is left is night."""

_KIND: Final = Kind("demo", "place, hour and device decide", variants=len(VARIANTS), main=0.1, context=1.5, shared=0.1)
_SEED: Final = "leeside 23"
_LEVEL: Final = -1.7
"""Log-odds of a click on what one neither likes nor dislikes: about 15 in 100."""


def chances(who: Persona, at: datetime) -> dict[str, float]:
    """The chance that this persona would click on each variant at a moment."""
    odds = {PLAIN: 0.0, **dict(zip(VARIANTS, _taste().odds(cell(who, at)), strict=True))}
    return {name: 1 / (1 + exp(-_LEVEL - each)) for name, each in odds.items()}


def cell(who: Persona, at: datetime) -> Cell:
    """Country, part of the day and device, as the crowd knows them of itself."""
    if who.home is None:
        return ("unknown", "unknown", _device(who))
    hour = at.astimezone(ZoneInfo(who.home.timezone)).hour
    daypart = next((name for name, hours in DAYPARTS.items() if hour in hours), "night")
    return (who.home.country, daypart, _device(who))


def _device(who: Persona) -> str:
    words = {"SMART-TV": "tv", "iPad": "tablet", "Mobile": "mobile", "bot": "bot"}
    return next((device for word, device in words.items() if word in who.user_agent), "desktop")


@cache
def _taste() -> Taste:
    places = [cell(who, datetime(2026, 1, 1, hour).astimezone()) for who in PERSONAS for hour in range(24)]
    return Taste(_KIND, _SEED, places)
