"""What a signal is called to the visitor whom it is about."""

from __future__ import annotations

from typing import Final

from rules.words import SIGNALS

_LABELS: Final = {
    "country": "Country",
    "region": "Region",
    "city": "City, about",
    "continent": "Continent",
    "timezone": "Time zone",
    "hour": "Hour of your day",
    "daypart": "Part of your day",
    "weekday": "Day of the week",
    "weekend": "Weekend where you are",
    "date": "Your date",
    "month": "Month",
    "season": "Season",
    "device": "Device",
    "os": "Operating system",
    "browser": "Browser",
    "save_data": "You ask for light pages",
    "language": "Language that you read best",
    "weather": "Weather where you are",
    "temperature": "Temperature there, °C",
    "feels_like": "It feels like, °C",
    "wind": "Wind there, m/s",
    "is_day": "The sun is up there",
    "source": "How you came here",
    "path": "The page that you asked for",
    "host": "This site",
    "method": "Kind of request",
    "previous.path": "The page that you come from",
    "load": "How busy this site is",
    "near": "The nearest place of this site",
    "holiday": "Public holiday",
    "event": "What is on",
    "session.pages": "Pages that you have seen in this visit",
    "session.returning": "You had been here before this visit",
}
_ORDER: Final = {name: place for place, name in enumerate(SIGNALS)}


def label(name: str) -> str:
    """The words for a signal; for one of the site's own its name."""
    family, _, rest = name.partition(".")
    if name in _LABELS:
        return _LABELS[name]
    return f"“{rest}” in the address" if family == "query" else name.replace("_", " ").replace(".", ": ")


def place(name: str) -> tuple[int, str]:
    """Where it stands in a list: in the order of the vocabulary, others after it."""
    return _ORDER.get(name, len(_ORDER)), name
