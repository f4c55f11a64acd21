"""The weather at one place and time, in the words of the rules, whatever service it came from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

Family = Literal["clear", "cloudy", "fog", "rain", "snow", "storm"]
FAMILIES: Final[frozenset[str]] = frozenset(get_args(Family))

_WMO: Final[Mapping[range, Family]] = {
    range(0, 2): "clear",
    range(2, 4): "cloudy",
    range(45, 49): "fog",
    range(51, 68): "rain",
    range(71, 78): "snow",
    range(80, 83): "rain",
    range(85, 87): "snow",
    range(95, 100): "storm",
}
"""WMO 4677 present weather, as forecast services use it. Drizzle and freezing rain are rain, ice grains are snow."""

_POSSIBLE: Final = {
    "since": (0, 1e11),
    "temperature": (-95, 65),
    "feels_like": (-130, 95),
    "wind": (0, 150),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What it is like from `since` on (seconds since the epoch): °C, metres per second. None: the service did not say.

    Raises ValueError for numbers that no weather has: a service that is wrong in one of them is not believed in any.
    """

    since: float
    weather: Family | None = None
    temperature: float | None = None
    feels_like: float | None = None
    wind: float | None = None
    is_day: bool | None = None

    def __post_init__(self) -> None:
        if self.weather is not None and self.weather not in FAMILIES:
            raise ValueError(f"there is no weather {self.weather!r:.80}")
        if not isinstance(self.is_day, bool | None):
            raise ValueError(f"is_day cannot be {self.is_day!r:.40}")
        for name, (low, high) in _POSSIBLE.items():
            _possible(name, getattr(self, name), low, high)

    def signals(self) -> dict[str, str | float | bool]:
        """What the rules can ask for; what is not known is left out."""
        named = ("weather", "temperature", "feels_like", "wind", "is_day")
        return {name: value for name in named if (value := getattr(self, name)) is not None}


def of_wmo(code: object) -> Family | None:
    """The family of a WMO code; None for one that says nothing about the sky."""
    if isinstance(code, bool) or not isinstance(code, int | float) or not math.isfinite(code):
        return None
    return next((family for codes, family in _WMO.items() if int(code) in codes), None)


def of_symbol(symbol: object) -> Family | None:
    """The family of a MET Norway symbol such as `lightrainshowersandthunder_day`."""
    if not isinstance(symbol, str):
        return None
    name = symbol.partition("_")[0]
    words: tuple[tuple[str, Family], ...] = (
        ("thunder", "storm"),
        ("snow", "snow"),
        ("sleet", "snow"),
        ("rain", "rain"),
        ("fog", "fog"),
        ("cloud", "cloudy"),
        ("clearsky", "clear"),
        ("fair", "clear"),
    )
    return "cloudy" if name == "partlycloudy" else next((family for word, family in words if word in name), None)


def apparent(temperature: float | None, humidity: float | None, wind: float | None) -> float | None:
    """The apparent temperature in the shade (Steadman 1994, "Norms of apparent temperature in Australia").

    °C and metres per second of a `Reading`, per cent. None where one of them is not known.
    """
    if temperature is None or humidity is None or wind is None or not 0 <= humidity <= 100:
        return None
    vapour = humidity / 100 * 6.105 * math.exp(17.27 * temperature / (237.7 + temperature))
    return round(temperature + 0.33 * vapour - 0.70 * wind - 4.0, 1)


def now_of(series: Iterable[Reading], now: float) -> Reading | None:
    """The reading that holds now: the last that has begun, or the first when none has; None for an empty series."""
    current: Reading | None = None
    for reading in series:
        if current is None or reading.since <= now:
            current = reading
    return current


def _possible(name: str, value: object, low: float, high: float) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{name} cannot be {value!r:.40}")
