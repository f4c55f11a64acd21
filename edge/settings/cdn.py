"""Parser for `cdn`: whose header fields name the visitor's place."""

from __future__ import annotations

import re
from typing import Final

from edge.settings.parse import Raw, items, text
from rules.spelling import nearest

VENDORS: Final = ("akamai", "cloudflare", "cloudfront", "netlify", "vercel")
"""CDNs whose fields are known."""

FACTS: Final = ("country", "region", "city", "continent", "timezone", "latitude", "longitude")
"""What a field may name."""

_HEADER: Final = re.compile(r"[!#$%&'*+.^`|~0-9A-Za-z-]{1,64}")  # no `_`: such fields are dropped on arrival


def cdn(raw: Raw) -> str:
    """A vendor's name, or which field holds which fact: `country: X-Geo-Country, city: X-Geo-City`."""
    if isinstance(raw, list) or ":" in text(raw):
        return ", ".join(f"{fact}: {header}" for fact, header in mapping(raw).items())
    name = text(raw).lower()
    if name and name not in VENDORS:
        raise ValueError(_advice(name))
    return name


def mapping(raw: Raw) -> dict[str, str]:
    """Fact -> name of the field that holds it. Raises ValueError."""
    found: dict[str, str] = {}
    for item in items(raw):
        fact, _, header = (part.strip() for part in item.partition(":"))
        if fact not in FACTS:
            raise ValueError(f"names {fact!r}: write one of {', '.join(FACTS)}, a colon, and the field that holds it")
        if not _HEADER.fullmatch(header):
            raise ValueError(f"has no field for {fact}: write for example {fact}: X-Geo-{fact.capitalize()}")
        found[fact] = header
    if "country" not in found:
        raise ValueError("does not say which field holds the country: write for example country: X-Geo-Country")
    return found


def _advice(name: str) -> str:
    mapped = "country: X-Geo-Country, region: X-Geo-Region, city: X-Geo-City"
    if name == "fastly":
        return f"is 'fastly', which sends only what its VCL copies into fields: write which, such as {mapped}"
    near = nearest(name, VENDORS)
    meant = f"did you mean {near}? " if near else ""
    return f"is {name!r}: {meant}write {', '.join(VENDORS)}, or which fields hold what, such as {mapped}"
