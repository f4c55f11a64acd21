"""What a User-Agent string tells: the class of device, the operating system and the browser.

The class comes from signs of our own (`data/clients.toml`), since what sits in front of a screen matters here and not
the model; system and browser come from `ua-parser`. All of it is looked for with finite automata, which take a step
a letter and never go back. A string is read up to `LONGEST` bytes: no browser has a longer one, and the worst letters for
the automata take half a microsecond each (`botbot…`).
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

from ua_parser import Domain, Resolver, load_lazy_builtins
from ua_parser.matchers import UserAgentMatcher
from ua_parser.regex import Resolver as Matcher

LONGEST: Final = 768
"""Bytes of a User-Agent that are read."""

_LISTS: Final = tomllib.loads(files("edge.signals").joinpath("data/clients.toml").read_text("utf-8"))
_SIGNS: Final[dict[str, list[str]]] = _LISTS["sign"]
_BOTH: Final = Domain.OS | Domain.USER_AGENT
_OWN: Final = {
    "bot": r"(?:^|[^u]|^u|[^c]u)bot(?:[^a-z]|$)",  # Cubot makes phones
    "tv": r"\baft[a-z0-9]{1,6}\b",  # Fire TV
}
"""Signs of a class that are no plain words."""

OS: Final[dict[str, str]] = {name: value for value, names in _LISTS["os"].items() for name in names}
"""What a system is called, by ua-parser or in a client hint -> the value of the signal `os`."""

BROWSER: Final[dict[str, str]] = {name: value for value, names in _LISTS["browser"].items() for name in names}
"""What a browser is called, by ua-parser or in a client hint -> the value of the signal `browser`."""


def device(agent: str) -> str:
    """`mobile`, `tablet`, `desktop`, `tv` (also consoles), `bot` (also command-line clients) or `other`."""
    found = _classes()(agent, Domain.USER_AGENT).user_agent
    kind = found.family if found else "other"
    if kind in ("bot", "tv", "tablet"):
        return kind
    lower = agent.lower()
    return "tablet" if "android" in lower and "mobi" not in lower else kind


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


@cache
def _classes() -> Resolver:
    """The classes in the order in which they count, each by its signs."""
    signs = {
        kind: "|".join((*map(re.escape, words), *filter(None, [_OWN.get(kind)]))) for kind, words in _SIGNS.items()
    }
    return Matcher(([UserAgentMatcher(f"(?i:{sign})", kind) for kind, sign in signs.items()], [], []))
