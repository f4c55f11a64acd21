"""What a User-Agent string tells: the class of device, the operating system and the browser.

The class comes from signs of our own (`data/clients.toml`), since what sits in front of a screen matters here and not
the model; system and browser come from `ua-parser`. All of it is looked for with finite automata, which take a step
a letter and never go back. A string is read up to `LONGEST` bytes: no browser has a longer one, and the worst letters
for the automata take half a microsecond each (`abotabot…`).
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ua_parser import load_lazy_builtins
from ua_parser.matchers import UserAgentMatcher
from ua_parser.regex import Resolver as Matcher

LONGEST: Final = 768
"""Bytes of a User-Agent that are read."""

_LISTS: Final = tomllib.loads(files("edge.signals").joinpath("data/clients.toml").read_text("utf-8"))
_SIGNS: Final[dict[str, list[str]]] = _LISTS["sign"]
_PATTERNS: Final = {
    "bot": [r"(?:^|[^u]|^u|[^c]u)bot(?:[^a-z]|$)"],  # Cubot makes phones
    "tv": [r"\baft[a-z0-9]{1,6}\b"],  # Fire TV
}
"""Signs of a class that are no plain words."""

OS: Final[dict[str, str]] = {name: value for value, names in _LISTS["os"].items() for name in names}
"""What a system is called, by ua-parser or in a client hint -> the value of the signal `os`."""

BROWSER: Final[dict[str, str]] = {name: value for value, names in _LISTS["browser"].items() for name in names}
"""What a browser is called, by ua-parser or in a client hint -> the value of the signal `browser`."""


def device(agent: str) -> str:
    """`mobile`, `tablet`, `desktop`, `tv` (also consoles), `bot` (also command-line clients) or `other`."""
    kind = _family(_classes().ua.extract(agent))
    if kind in ("bot", "tv", "tablet"):
        return kind
    lower = agent.lower()
    return "tablet" if "android" in lower and "mobi" not in lower else kind


def system_and_browser(agent: str) -> tuple[str, str]:
    """The values of `os` and `browser`: one of those in `OS` and `BROWSER`, or `other`."""
    expressions = matcher()
    system, browser = _family(expressions.os.extract(agent)), _family(expressions.ua.extract(agent))
    return OS.get(system, "other"), BROWSER.get(browser, "other")


def _family(found: Any) -> str:
    """What the automata have found, without the versions that ua-parser's own call makes objects of."""
    return str(found.family) if found else "other"


def load() -> None:
    """Compile all expressions now: a seventh of a second and 28 MB, once."""
    matcher()
    _classes()


@cache
def matcher() -> Matcher:
    """The compiled expressions of ua-parser: a seventh of a second and 28 MB, once."""
    return Matcher(load_lazy_builtins())


@cache
def _classes() -> Matcher:
    """The classes in the order in which they count, each by its signs."""
    signs = {kind: [*map(re.escape, words), *_PATTERNS.get(kind, ())] for kind, words in _SIGNS.items()}
    return Matcher(([UserAgentMatcher(f"(?i:{'|'.join(each)})", kind) for kind, each in signs.items()], [], []))
