"""What a visitor can read from an answer: where it may go next, and what the edge says about the page.

The header fields are those of the edge: `X-Windsock-Decisions`, `Server-Timing` and `Cache-Status` (RFC 9211). A field
that is missing or odd gives nothing rather than an error: another site may stand there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Final

_ANCHOR: Final = re.compile(r'<a\s[^>]*?href=["\']?(/(?!/)[^"\'#>\s]*)', re.IGNORECASE)
_FILE: Final = re.compile(r"\.(?!html?$)[a-z0-9]{1,5}$", re.IGNORECASE)
_DECIDE: Final = re.compile(r"(?:^|,)\s*decide\s*;[^,]*?dur=([0-9]+(?:\.[0-9]+)?)")
_HIT: Final = re.compile(r"(?:^|,)\s*\"?windsock\"?\s*(;[^,]*)?")


@dataclass(frozen=True, slots=True)
class Shown:
    """One decision, as the page's header field tells it."""

    experience: str
    variant: str
    reason: str
    probability: float | None


def links(page: str) -> tuple[str, ...]:
    """Give the paths within the site that a page links to, each once, in order; files and the edge's own left out."""
    found = (unescape(href) for href in _ANCHOR.findall(page))
    pages = (href for href in found if not _FILE.search(href.split("?")[0]) and not href.startswith("/_windsock/"))
    return tuple(dict.fromkeys(pages))


def follow(page: str, luck: float) -> str | None:
    """Choose one link of a page; `luck` in [0, 1). None: the page leads nowhere."""
    ways = links(page)
    return ways[int(luck * len(ways))] if ways else None


def shown(header: str) -> tuple[Shown, ...]:
    """Read `X-Windsock-Decisions`: `homepage-hero=rain;p=0.62;r=rule, navigation=wide;p=0.5;r=split`."""
    return tuple(one for part in header.split(",") if (one := _shown(part.strip())))


def _shown(part: str) -> Shown | None:
    name, *rest = part.split(";")
    experience, found, variant = name.partition("=")
    if not found or not experience.strip():
        return None
    about = dict(item.strip().partition("=")[::2] for item in rest)
    return Shown(experience.strip(), variant.strip(), about.get("r", ""), _number(about.get("p", "")))


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def decide_ms(server_timing: str) -> float | None:
    """Read how long the decision took, in milliseconds, from `Server-Timing`."""
    found = _DECIDE.search(server_timing)
    return float(found[1]) if found else None


def cache_hit(cache_status: str) -> bool | None:
    """Read from `Cache-Status` whether the edge's own cache answered; None when the edge is not named there."""
    found = _HIT.search(cache_status)
    if not found:
        return None
    return "hit" in (part.strip() for part in (found[1] or "").split(";"))


def kind(path: str) -> str:
    """Give the name under which pages of one kind are counted: `/gear/*` for `/gear/skerry-boot?size=42`."""
    bare = path.split("?")[0]
    first, _, deeper = bare.removeprefix("/").partition("/")
    return f"/{first}/*" if deeper else bare
