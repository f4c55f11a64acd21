"""What a CDN in front of us says about the visitor's place (and device), in the fields that each vendor has for it.

Anybody can send such a field. It counts on a request that came from a listed proxy (`trusted_proxies`) and nowhere
else: from another peer it is dropped and counted, and the origin does not get it either.

Vendors encode names in their own ways: bytes of UTF-8 or Latin-1 as they are, `%C3%A3`, or `\\xc3\\xa3` in letters. No
name of a place has a per cent sign or a backslash, so all of them are undone for every vendor.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import orjson

from edge.errors import WindsockError
from edge.settings.cdn import FACTS, mapping
from edge.signals.place import NOWHERE, Place, place

Facts = dict[str, object]
Values = tuple[bytes, ...]

LONGEST: Final = 2048
"""Bytes of a field that are read."""

REMEMBERED: Final = 4096
"""Sets of fields whose place is kept."""

Devices = Mapping[bytes, tuple[str, str]]
NO_DEVICES: Final[Devices] = {}

OWN_NAME: Final = b"Amazon CloudFront"
"""What CloudFront sends as the User-Agent, unless it is told to pass on the visitor's."""

TOR: Final = "T1"
"""Cloudflare's country for an exit of the Tor network: wherever that stands, the visitor is elsewhere."""

_POSSESSIVE: Final = re.compile(r"(?<=['\u2019])[^\W\d_]\b")
"""One letter alone behind an apostrophe."""

_ALPHABET: Final = bytes.maketrans(b"-_", b"+/")

_ESCAPE: Final = re.compile(rb"(?:%|\\x)([0-9A-Fa-f]{2})")


class Cdn:
    """One vendor's fields. `headers` are their names in lower case, `facts` reads their values in that order.

    `devices` are fields that are `true` for some kind of device, the most telling one first.
    """

    def __init__(self, headers: Values, facts: Callable[[Values], Facts], devices: Devices = NO_DEVICES) -> None:
        self.headers = headers
        self.names = frozenset((*headers, *devices))
        self._facts, self._devices = facts, devices
        self._read = lru_cache(maxsize=REMEMBERED)(self._uncached)

    def place(self, fields: Mapping[bytes, bytes]) -> Place | None:
        """The place that the fields of a vouched request tell; None when they name no country. Total over all bytes."""
        return self._read(tuple([fields.get(header, b"")[:LONGEST] for header in self.headers]))

    def client(self, fields: Mapping[bytes, bytes]) -> Mapping[str, str]:
        """`device` and `os` as a vouched request tells them that has lost its own User-Agent; else nothing."""
        if not self._devices or fields.get(b"user-agent") != OWN_NAME:
            return {}
        said = [signal for header, signal in self._devices.items() if fields.get(header, b"").lower() == b"true"]
        return dict(reversed(said))

    def sent(self, fields: Mapping[bytes, bytes]) -> bool:
        """Whether any of these fields is there at all."""
        return not self.names.isdisjoint(fields)

    def _uncached(self, values: Values) -> Place | None:
        facts = self._facts(values)
        if facts.get("country") == TOR:
            return NOWHERE
        found = place(facts)
        return found if found.country else None


def cdn(setting: str) -> Cdn | None:
    """What the setting `cdn` names: a vendor, or `country: X-Geo-Country, …`; None for nothing.

    Raises WindsockError for a name that is nobody's.
    """
    if not setting:
        return None
    if ":" in setting:
        return _plain(mapping(setting))
    if setting not in PRESETS:
        raise WindsockError(f"cdn is {setting!r}: write {', '.join(PRESETS)}, or a mapping")
    return PRESETS[setting]()


def text(value: bytes) -> str:
    """A field's value as a person writes it; UTF-8 where it is that, else Latin-1."""
    value = _unescaped(value)
    try:
        return value.decode("utf-8").strip()
    except UnicodeDecodeError:
        return value.decode("latin-1").strip()


def _unescaped(value: bytes) -> bytes:
    return _ESCAPE.sub(lambda escape: bytes((int(escape[1], 16),)), value)


def _plain(headers: Mapping[str, str], devices: Devices = NO_DEVICES) -> Cdn:
    """A vendor with a field for each fact; `headers` is fact -> name of the field."""
    facts = tuple(headers)

    def read(values: Values) -> Facts:
        return dict(zip(facts, map(text, values), strict=True))

    return Cdn(tuple(header.lower().encode("ascii") for header in headers.values()), read, devices)


def _cloudflare() -> Cdn:
    return _plain(
        {
            "country": "cf-ipcountry",
            "region": "cf-region-code",
            "city": "cf-ipcity",
            "continent": "cf-ipcontinent",
            "timezone": "cf-timezone",
            "latitude": "cf-iplatitude",
            "longitude": "cf-iplongitude",
        }
    )


def _cloudfront() -> Cdn:
    """A tablet is `true` as a mobile as well; no field tells the browser, or whether it is a robot."""
    devices = {
        b"cloudfront-is-smarttv-viewer": ("device", "tv"),
        b"cloudfront-is-tablet-viewer": ("device", "tablet"),
        b"cloudfront-is-mobile-viewer": ("device", "mobile"),
        b"cloudfront-is-desktop-viewer": ("device", "desktop"),
        b"cloudfront-is-ios-viewer": ("os", "ios"),
        b"cloudfront-is-android-viewer": ("os", "android"),
    }
    return _plain(
        {
            "country": "cloudfront-viewer-country",
            "region": "cloudfront-viewer-country-region",
            "city": "cloudfront-viewer-city",
            "timezone": "cloudfront-viewer-time-zone",
            "latitude": "cloudfront-viewer-latitude",
            "longitude": "cloudfront-viewer-longitude",
        },
        devices,
    )


def _vercel() -> Cdn:
    return _plain(
        {
            "country": "x-vercel-ip-country",
            "region": "x-vercel-ip-country-region",
            "city": "x-vercel-ip-city",
            "continent": "x-vercel-ip-continent",
            "timezone": "x-vercel-ip-timezone",
            "latitude": "x-vercel-ip-latitude",
            "longitude": "x-vercel-ip-longitude",
        }
    )


def _akamai() -> Cdn:
    return Cdn((b"x-akamai-edgescape",), lambda values: _edgescape(values[0]))


def _edgescape(value: bytes) -> Facts:
    """`country_code=US,region_code=MA,city=CAMBRIDGE,…`. A value may be `reserved`, and cities are in capitals."""
    pairs = (part.partition("=") for part in text(value).split(","))
    said = {name.strip(): rest.strip() for name, _, rest in pairs}
    facts: Facts = {
        "country": said.get("country_code"),
        "region": said.get("region_code"),
        "city": _in_small_letters(said.get("city", "")),
        "continent": said.get("continent"),
        "timezone": said.get("timezone"),
        "latitude": said.get("lat"),
        "longitude": said.get("long"),
    }
    return {name: None if str(fact).lower() == "reserved" else fact for name, fact in facts.items()}


def _in_small_letters(city: str) -> str:
    """A name in capitals as people write it: `St. John's`, `Coeur D'Alene`, `Val-D'Or`; any other as it is."""
    return _POSSESSIVE.sub(lambda letter: letter[0].lower(), city.title()) if city.isupper() else city


def _netlify() -> Cdn:
    return Cdn((b"x-nf-geo",), lambda values: _json(values[0]))


def _json(value: bytes) -> Facts:
    """`{"city": …, "country": {"code": …}, "subdivision": {"code": …}, "timezone": …}`.

    Netlify's own reader takes it in Base64, and as it is; other software on the way writes per cent signs.
    """
    try:
        plain = value if value.lstrip().startswith(b"{") else _unescaped(value)
        said = orjson.loads(plain if plain.lstrip().startswith(b"{") else _base64(plain))
    except (binascii.Error, ValueError):
        return {}
    if not isinstance(said, dict):
        return {}
    facts: Facts = {name: said.get(name) for name in FACTS if name in said}
    return facts | {"country": _of(said.get("country")), "region": _of(said.get("subdivision"))}


def _base64(value: bytes) -> bytes:
    """In either alphabet of RFC 4648, with its padding or without."""
    return base64.b64decode(value.translate(_ALPHABET).rstrip(b"= ") + b"===")


def _of(named: object) -> object:
    return named.get("code") if isinstance(named, dict) else None


PRESETS: Final[Mapping[str, Callable[[], Cdn]]] = {
    "akamai": _akamai,
    "cloudflare": _cloudflare,
    "cloudfront": _cloudfront,
    "netlify": _netlify,
    "vercel": _vercel,
}
"""Vendor -> how its fields are read."""
