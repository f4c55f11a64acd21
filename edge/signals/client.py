"""The program and the device in the visitor's hand: client hints first, then the User-Agent.

Both are strings that a visitor chooses, so they are cut in length before anything else, and the cache of results is
bounded in count: at most `REMEMBERED` entries of at most 3.5 KiB.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Final

from cachetools import LRUCache

from edge.signals import agent, hints
from rules.values import UNKNOWN

REMEMBERED: Final = 4096
"""Clients whose result is kept."""


@dataclass(frozen=True, slots=True)
class Client:
    """The values of `device`, `os` and `browser`."""

    device: str = UNKNOWN
    os: str = UNKNOWN
    browser: str = UNKNOWN


_Key = tuple[bytes, bytes, bytes, bytes]
_seen: Final[LRUCache[_Key, Client]] = LRUCache(REMEMBERED)
_seen_lock: Final = Lock()  # an LRUCache is corrupted when two threads reorder it; held for a look-up only


def signals(fields: Mapping[bytes, bytes]) -> dict[str, str | bool]:
    """`device`, `os`, `browser` and `save_data` from the fields of a request; total over all bytes."""
    client = recognise(
        fields.get(b"user-agent", b""),
        fields.get(b"sec-ch-ua", b""),
        fields.get(b"sec-ch-ua-platform", b""),
        fields.get(b"sec-ch-ua-mobile", b""),
    )
    return {
        "device": client.device,
        "os": client.os,
        "browser": client.browser,
        "save_data": fields.get(b"save-data", b"").strip().lower() == b"on",
    }


def recognise(user_agent: bytes, brands: bytes = b"", platform: bytes = b"", mobile: bytes = b"") -> Client:
    """Who is asking, from the field values as they came; `unknown` where the request says nothing."""
    key = (user_agent[: agent.LONGEST], brands[: hints.LONGEST], platform[: hints.LONGEST], mobile[: hints.LONGEST])
    with _seen_lock:
        client = _seen.get(key)
    if client is None:
        client = _recognised(key[0].decode("utf-8", "replace").strip(), hints.parse(*key[1:]))
        with _seen_lock:
            _seen[key] = client
    return client


def _recognised(name: str, hinted: hints.Hints) -> Client:
    system, browser = agent.system_and_browser(name) if name else (UNKNOWN, UNKNOWN)
    system = agent.OS.get(hinted.platform, system)
    return Client(_device(name, system, hinted), system, _brand(hinted) or browser)


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
