"""Where the visitor comes from: `source` and `previous.path`.

Three things tell it, and the more deliberate one counts: first what the link says of itself (`utm_medium`, then the
parameter that a network adds, then `utm_source`), and only then the page that it stood on (`Referer`). The lists are
data: `data/sources.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final
from urllib.parse import unquote_to_bytes

LONGEST: Final = 2048
"""Bytes of a Referer field that are read."""


@dataclass(frozen=True, slots=True)
class Referrer:
    """The page that held the link. An app's link has the app's name as host."""

    host: str  # lower case, without port
    path: str  # percent-decoded, "/" at least


def signals(referer: bytes, host: str, query: Mapping[str, str]) -> Mapping[str, str]:
    """`source`, and `previous.path` where the page with the link is one of this site."""
    came_from = referrer(referer)
    found = {"source": source(query, came_from, host)}
    if came_from is not None and same_site(came_from.host, host):
        found["previous.path"] = came_from.path
    return found


def referrer(field: bytes) -> Referrer | None:
    """The page that a Referer field names; None for an empty one and for what is no address of a page."""
    found = _ADDRESS.match(field[:LONGEST])
    if found is None:
        return None
    host = found[1].decode("utf-8", "replace").lower().rstrip(".")
    path = unquote_to_bytes(found[2]).decode("utf-8", "replace")
    return Referrer(host, path or "/") if host else None


def source(query: Mapping[str, str], came_from: Referrer | None, host: str) -> str:
    """One of `direct`, `search`, `social`, `email`, `ads`, `referral`, `internal`.

    `host` is that of the site. A link that calls itself something we have no word for is a `referral`.
    """
    named = _campaign(query)
    if named is not None:
        return named
    if came_from is not None:
        return "internal" if same_site(came_from.host, host) else _HOST.find(came_from.host) or "referral"
    return "referral" if "utm_source" in query or "utm_medium" in query else "direct"


def same_site(one: str, other: str) -> bool:
    """Whether two hosts are the same but for a leading `www.`."""
    return one.removeprefix("www.") == other.removeprefix("www.")


def _campaign(query: Mapping[str, str]) -> str | None:
    """What the link says of itself."""
    if not query:
        return None
    medium = _MEDIUM.get(query.get("utm_medium", "").strip().lower())
    if medium is not None:
        return medium
    for name in query:
        if name in _PARAMETER:
            return _PARAMETER[name]
    return _NAME.get(query.get("utm_source", "").strip().lower())


class _Hosts:
    """Hosts, each standing for itself and all below it; `name.*` for that name under a country's ending."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._exact = table
        self._anywhere = {host.removesuffix(".*"): kind for host, kind in table.items() if host.endswith(".*")}

    def find(self, host: str) -> str | None:
        """What the longest listed part of `host` is."""
        labels = host.split(".")[-8:]
        for start in range(len(labels)):
            found = self._exact.get(".".join(labels[start:]))
            if found is None and _is_ending(labels[start + 1 :]):
                found = self._anywhere.get(labels[start])
            if found is not None:
                return found
        return None


def _is_ending(labels: list[str]) -> bool:
    """Whether these labels look like a public suffix: `no`, `com`, `co.uk`."""
    return len(labels) == 1 or (len(labels) == 2 and len(labels[0]) <= 3 and len(labels[1]) == 2)


def _inverted(lists: Mapping[str, list[str]]) -> dict[str, str]:
    return {word: kind for kind, words in lists.items() for word in words}


_ADDRESS: Final = re.compile(
    rb"\s*(?:https?|android-app)://(?:[^/?#@\s]*@)?(\[[^\]/?#]*\]|[^/?#:@\s]*)(?::[0-9]*)?((?:/[^?#\s]*)?)",
    re.IGNORECASE,
)
_LISTS: Final = tomllib.loads(files("edge.signals").joinpath("data/sources.toml").read_text("utf-8"))
_MEDIUM: Final = _inverted(_LISTS["medium"])
_PARAMETER: Final = _inverted(_LISTS["parameter"])
_NAME: Final = _inverted(_LISTS["name"])
_HOST: Final = _Hosts(_inverted(_LISTS["host"]))
