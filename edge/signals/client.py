"""The program and the device in the visitor's hand: client hints first, then the User-Agent.

Both are strings that a visitor chooses, so they are cut in length before anything else, and the memory of results is
bounded in count: at most `REMEMBERED` entries of at most 3.5 KiB.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from edge.signals import agent, hints
from rules.values import UNKNOWN

REMEMBERED: Final = 4096
"""Clients whose result is kept."""

_SAVE_DATA: Final = 16
"""Bytes of Save-Data that are read."""


@dataclass(frozen=True, slots=True)
class Client:
    """The values of `device`, `os` and `browser`."""

    device: str = UNKNOWN
    os: str = UNKNOWN
    browser: str = UNKNOWN


def read(user_agent: bytes, brands: bytes = b"", platform: bytes = b"", mobile: bytes = b"") -> Client:
    """Who is asking, from the field values as they came; `unknown` where the request says nothing. Total over all."""
    longest = hints.LONGEST
    return _remembered(user_agent[: agent.LONGEST], brands[:longest], platform[:longest], mobile[:longest])


def light(save_data: bytes) -> bool:
    """Whether the visitor asks for light pages, by the field Save-Data."""
    return save_data[:_SAVE_DATA].strip().lower() == b"on"


def recognise(user_agent: bytes, brands: bytes = b"", platform: bytes = b"", mobile: bytes = b"") -> Client:
    """The same without a memory, of values that are cut already."""
    name = user_agent.decode("utf-8", "replace").strip()
    hinted = hints.parse(brands, platform, mobile)
    system, browser = agent.OS.get(hinted.platform), _brand(hinted)
    if system is None or browser is None:
        named = agent.system_and_browser(name) if name else (UNKNOWN, UNKNOWN)
        system, browser = system or named[0], browser or named[1]
    return Client(_device(name, system, hinted), system, browser)


_remembered: Final = lru_cache(maxsize=REMEMBERED)(recognise)


def _device(name: str, system: str, hinted: hints.Hints) -> str:
    """Robots and television sets send the hints of an ordinary browser, so their names are looked at before."""
    named = agent.device(name) if name else UNKNOWN
    if hinted.mobile is None or named in ("bot", "tv"):
        return named
    if hinted.mobile:
        return "mobile"
    return "tablet" if system in ("android", "ios") else "desktop"


def _brand(hinted: hints.Hints) -> str | None:
    """The browser that the hints name: every brand but the engine's own tells more than the engine."""
    named = [brand for brand in hinted.brands if brand in agent.BROWSER]
    return agent.BROWSER[min(named, key=lambda brand: brand == "Chromium")] if named else None
