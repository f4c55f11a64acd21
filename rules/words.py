"""The signals there are, as data: name, kind of value, the values where they are few, and one line for marketers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "word", "text", "number", "temperature", "hour", "flag", "date", "weekday", "month",
    "country", "region", "language", "zone",
]  # fmt: skip
"""How the values of a signal are written and compared."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One fact about a request."""

    name: str
    kind: Kind
    about: str  # one line for marketers
    words: tuple[str, ...] = ()  # the values there are, where they are few


DAYPARTS: Final[Mapping[str, tuple[float, float]]] = {
    "morning": (6.0, 12.0),
    "afternoon": (12.0, 17.0),
    "evening": (17.0, 22.0),
    "night": (22.0, 6.0),
}
"""The parts of the day where `site.yaml` names none: hours from, and until (not included)."""

NONE: Final = "none"
"""What `event` and `holiday` are on a day that is none."""

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip

_WEATHER: Final = ("clear", "cloudy", "fog", "rain", "snow", "storm")

_ALL: Final = (
    Signal("country", "country", "the visitor's country, two letters of ISO 3166: NO, US"),
    Signal("region", "region", "state or province, as in ISO 3166-2: US-CO"),
    Signal("city", "text", "the city, by its English name alone: Seattle; any city of that name, capitals or not"),
    Signal("continent", "word", "AF, AN, AS, EU, NA, OC or SA", ("AF", "AN", "AS", "EU", "NA", "OC", "SA")),
    Signal("timezone", "zone", "the visitor's time zone: Europe/Oslo"),
    Signal("hour", "hour", "the hour of the visitor's day, 0 to 23; `22-6` crosses midnight"),
    Signal("daypart", "word", "part of the visitor's day; site.yaml may name others", tuple(DAYPARTS)),
    Signal("weekday", "weekday", "mon to sun, or 1 to 7; `mon-fri`"),
    Signal("weekend", "flag", "whether the day is free where the visitor is: most often Saturday and Sunday"),
    Signal("date", "date", "the visitor's date: 2026-12-24, or `2026-12-20 - 2026-12-26` (both included)"),
    Signal("month", "month", "jan to dec, or 1 to 12; `nov-feb`"),
    Signal("season", "word", "spring, summer, autumn or winter", ("spring", "summer", "autumn", "winter")),
    Signal("device", "word", "what the page is looked at with", ("mobile", "tablet", "desktop", "tv", "bot", "other")),
    Signal(
        "os", "word", "the operating system", ("android", "chromeos", "ios", "linux", "macos", "windows", "other")
    ),
    Signal("browser", "word", "the browser", ("chrome", "edge", "firefox", "opera", "safari", "samsung", "other")),
    Signal("save_data", "flag", "whether the visitor asks for light pages"),
    Signal("language", "language", "the language that the visitor reads best: en, no; nb and nn are `no`"),
    Signal("weather", "word", "the weather where the visitor is", _WEATHER),
    Signal("temperature", "temperature", "degrees Celsius, or `41F`; `< 5`, `18-25`"),
    Signal("feels_like", "temperature", "the temperature as it feels"),
    Signal("wind", "number", "metres per second, as a bare number: `> 10`"),
    Signal("is_day", "flag", "whether the sun is up"),
    Signal(
        "source", "word", "how the visitor came",
        ("direct", "search", "social", "email", "ads", "referral", "internal"),
    ),
    Signal("path", "text", "the path of the page; `*` is any run of characters"),
    Signal("host", "text", "the host name of the site"),
    Signal("method", "word", "how the page is asked for", ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")),
    Signal("previous.path", "text", "the path of the page of this site that the visitor comes from"),
    Signal("load", "word", "how busy the site is", ("quiet", "normal", "busy")),
    Signal("near", "text", "the nearest of the site's own places"),
    Signal("holiday", "text", "the public holiday of the visitor's country; `none` on other days"),
    Signal("event", "word", "what is on by the visitor's date, of `events` in site.yaml; `none` on other days"),
    Signal("session.pages", "number", "pages seen in this visit, this one included; only of who has consented"),
    Signal("session.returning", "flag", "whether they had been here before this visit; only of who has consented"),
)  # fmt: skip

SIGNALS: Final[Mapping[str, Signal]] = {signal.name: signal for signal in _ALL}
"""Every signal with a fixed name."""

FAMILIES: Final[Mapping[str, str]] = {
    "query": "a parameter of the page's address",
    "utm": "a campaign parameter: utm.source is utm_source",
    "place": "a fact about the place that the page is about",
    "near": "a fact about the nearest of the site's own places: near.name",
}
"""Signals whose names go on after a dot -> what they are about."""

FAMILY_EXAMPLES: Final[Mapping[str, str]] = {
    "query": "query.ref",
    "utm": "utm.source",
    "place": "place.weather",
    "near": "near.name",
}

PLACE: Final[Mapping[str, str]] = {
    name: name
    for name in (
        *("weather", "temperature", "feels_like", "wind", "is_day", "country"),
        *("hour", "daypart", "weekday", "weekend", "date", "month", "season"),
    )
}
"""Facts about a place that have the values of a signal about the visitor."""

FACTS: Final[Mapping[str, tuple[str, ...]]] = {"place": ("name", *PLACE), "near": ("name", "country")}
"""Family -> what is known of a place without more; the rest comes from its labels, and from pushes."""

JOINTS: Final[Mapping[str, str]] = {"or": "any", "and": "all", "none": "not", "except": "not", "unless": "not"}
"""Words that join conditions -> what they are called here."""

ONE_LANGUAGE: Final[Mapping[str, str]] = {
    "nb": "no", "nn": "no", "iw": "he", "in": "id", "ji": "yi", "mo": "ro", "fil": "tl"
}  # fmt: skip
"""Codes that people write for one language -> the one that it has in rules, tests and `--signal`."""

FINER: Final = frozenset(
    re.findall(
        r"\S+",
        """
        postcode postal_code postalcode zip zipcode zip_code plz postnummer street address lat latitude lon lng
        longitude coordinates coords gps geohash
        """,
    )
)
"""Names of places finer than a city."""

PERSONAL: Final = frozenset(
    re.findall(
        r"\S+",
        """
        age gender sex income religion ethnicity race nationality health disability pregnant ip ip_address user user_id
        userid username customer customer_id email phone first_name last_name birthday cookie session fingerprint
        """,
    )
)
"""Names of what somebody is or is called."""

CALLED: Final[Mapping[str, Mapping[str, str]]] = {
    "country": {"uk": "GB", "en": "GB", "england": "GB", "britain": "GB", "usa": "US", "norway": "NO", "germany": "DE",
                "sweden": "SE", "denmark": "DK", "france": "FR", "spain": "ES", "canada": "CA",
                "norge": "NO", "deutschland": "DE", "sverige": "SE", "danmark": "DK", "america": "US",
                "united states": "US", "united kingdom": "GB", "netherlands": "NL", "el": "GR"},
    "continent": {"africa": "AF", "antarctica": "AN", "asia": "AS", "europe": "EU", "north america": "NA",
                  "oceania": "OC", "australia": "OC", "south america": "SA"},
    "device": {"phone": "mobile", "smartphone": "mobile", "iphone": "mobile", "laptop": "desktop", "pc": "desktop",
               "computer": "desktop", "ipad": "tablet", "television": "tv", "crawler": "bot", "robot": "bot"},
    "language": {"norwegian": "no", "english": "en", "german": "de", "french": "fr", "spanish": "es", "swedish": "sv",
                 "danish": "da", "norsk": "no", "deutsch": "de"},
    "os": {"mac": "macos", "osx": "macos", "mac os": "macos", "iphone": "ios", "ipados": "ios", "win": "windows",
           "chrome os": "chromeos"},
    "browser": {"google chrome": "chrome", "microsoft edge": "edge", "msie": "edge"},
    "season": {"fall": "autumn"},
    "source": {"mail": "email", "newsletter": "email", "organic": "search", "google": "search", "seo": "search",
               "paid": "ads", "ad": "ads", "cpc": "ads", "facebook": "social", "link": "referral", "none": "direct"},
    "weather": {"sunny": "clear", "sun": "clear", "fair": "clear", "overcast": "cloudy", "clouds": "cloudy",
                "foggy": "fog", "mist": "fog", "rainy": "rain", "drizzle": "rain", "showers": "rain", "wet": "rain",
                "snowy": "snow", "sleet": "snow", "stormy": "storm", "thunder": "storm", "thunderstorm": "storm"},
    "load": {"calm": "quiet", "low": "quiet", "high": "busy"},
}  # fmt: skip
"""Words that people write -> what they are called here, by signal."""

COUNTRIES: Final = frozenset(
    re.findall(
        "[A-Z]{2}",
        """
        AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
        CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
        FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
        JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
        MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
        PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
        TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW
        """,
    )
)
"""The two-letter codes of ISO 3166-1, and XK, which geo databases use for Kosovo."""
