"""What a User-Agent string tells: the class of device, the operating system and the browser.

The class comes from signs of our own (`data/clients.toml`), since what sits in front of a screen matters here and not
the model; system and browser come from `ua-parser`. A string is read up to `LONGEST` bytes, with plain searches, so
that whatever a visitor sends costs a bounded time.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from ua_parser import Domain, Resolver, load_lazy_builtins
from ua_parser.regex import Resolver as Matcher

LONGEST: Final = 2048
"""Bytes of a User-Agent that are read."""

_LISTS: Final = tomllib.loads(files("edge.signals").joinpath("data/clients.toml").read_text("utf-8"))
_SIGNS: Final[dict[str, list[str]]] = _LISTS["sign"]
_BOTH: Final = Domain.OS | Domain.USER_AGENT
_BOT: Final = re.compile(r"(?<!cu)bot(?![a-z])")  # Cubot makes phones
_FIRE_TV: Final = re.compile(r"\baft[a-z0-9]{1,6}\b")

OS: Final[dict[str, str]] = {name: value for value, names in _LISTS["os"].items() for name in names}
"""What a system is called, by ua-parser or in a client hint -> the value of the signal `os`."""

BROWSER: Final[dict[str, str]] = {name: value for value, names in _LISTS["browser"].items() for name in names}
"""What a browser is called, by ua-parser or in a client hint -> the value of the signal `browser`."""


def device(agent: str) -> str:
    """`mobile`, `tablet`, `desktop`, `tv` (also consoles), `bot` (also command-line clients) or `other`."""
    agent = agent.lower()
    if ("bot" in agent and _BOT.search(agent)) or _shows("bot", agent):
        return "bot"
    if _shows("tv", agent) or ("aft" in agent and _FIRE_TV.search(agent)):
        return "tv"
    if _shows("tablet", agent) or ("android" in agent and "mobi" not in agent):
        return "tablet"
    return next((kind for kind in ("mobile", "desktop") if _shows(kind, agent)), "other")


def system_and_browser(agent: str) -> tuple[str, str]:
    """The values of `os` and `browser`: one of those in `OS` and `BROWSER`, or `other`."""
    found = matcher()(agent, _BOTH)
    system = OS.get(found.os.family, "other") if found.os else "other"
    browser = BROWSER.get(found.user_agent.family, "other") if found.user_agent else "other"
    return system, browser


@cache
def matcher() -> Resolver:
    """The compiled expressions of ua-parser: a seventh of a second and 28 MB, once. Call it before serving."""
    return Matcher(load_lazy_builtins())


def _shows(kind: str, agent: str) -> bool:
    for sign in _SIGNS[kind]:  # noqa: SIM110 -- a generator for any() takes three times as long
        if sign in agent:
            return True
    return False
