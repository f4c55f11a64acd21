"""Who comes, and when: visitors with a bucket who come back, from towns with a clock and weather, and bots.

The town's eight signals have 83 values in all, as skewed as real ones: few countries make most of the traffic, a
language follows from the country, weather stays for half a day, the part of the day follows from the visitor's clock,
and nights are quiet. A crowd of dice has signals that are independent of each other, each value rarer than the one
before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

BEGIN: Final = 1_795_000_000.0
"""When the first visit of every world may come, seconds since 1970."""

_DAY: Final = 86_400.0
_BUCKETS: Final = 4096
_BACK: Final = 0.35
"""Share of visits by somebody who was there before."""
_REMEMBERED: Final = 2_000
"""As many visitors may come back."""

Cell = tuple[str, ...]
"""One word per signal."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What can be seen of a visit."""

    at: float  # seconds since 1970
    cell: Cell
    bucket: int  # 0 to 4095, the same each time that a visitor comes
    network: str  # where the connection comes from
    bot: bool = False  # one that clicks on everything; nobody who chooses is told


@dataclass(frozen=True, slots=True)
class Person:
    """What stays the same of a visitor."""

    cell: Cell  # of a town: country, language, device, browser; of dice: all
    bucket: int
    network: str


_COUNTRIES: Final = (
    ("US", "en", -6), ("GB", "en", 0), ("DE", "de", 1), ("FR", "fr", 1), ("CA", "en", -5), ("IN", "en", 5),
    ("ES", "es", 1), ("IT", "it", 1), ("NL", "nl", 1), ("AU", "en", 10), ("BR", "pt", -3), ("SE", "sv", 1),
    ("NO", "no", 1), ("DK", "da", 1), ("PL", "pl", 1), ("CH", "de", 1), ("AT", "de", 1), ("BE", "nl", 1),
    ("MX", "es", -6), ("JP", "ja", 9), ("FI", "fi", 2), ("IE", "en", 0), ("PT", "pt", 0), ("CZ", "cs", 1),
    ("CO", "es", -5), ("AR", "es", -3), ("KR", "ko", 9), ("CL", "es", -4), ("NZ", "en", 12), ("ZA", "en", 2),
    ("SG", "en", 8), ("RO", "ro", 2),
)  # fmt: skip
_LANGUAGES: Final = tuple(dict.fromkeys(language for _, language, _ in _COUNTRIES))
_ZONES: Final = {country: hours for country, _, hours in _COUNTRIES}
_SPOKEN: Final = {country: language for country, language, _ in _COUNTRIES}
_DEVICES: Final = {"mobile": 56, "desktop": 36, "tablet": 6, "tv": 2}
_BROWSERS: Final = {"chrome": 55, "safari": 22, "edge": 8, "firefox": 6, "samsung": 5, "opera": 2, "other": 2}
_SOURCES: Final = {"direct": 30, "search": 34, "social": 12, "internal": 9, "email": 6, "ads": 6, "referral": 3}
_WEATHER: Final = {"cloudy": 36, "clear": 32, "rain": 20, "fog": 5, "snow": 5, "storm": 2}
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYPARTS: Final = ((6, "night"), (12, "morning"), (17, "afternoon"), (22, "evening"), (24, "night"))
_BUSY: Final = {"morning": 1.0, "afternoon": 1.2, "evening": 1.4, "night": 0.35}

TOWN: Final[dict[str, tuple[str, ...]]] = {
    "country": tuple(_ZONES),
    "language": _LANGUAGES,
    "device": tuple(_DEVICES),
    "browser": tuple(_BROWSERS),
    "source": tuple(_SOURCES),
    "weather": tuple(_WEATHER),
    "daypart": tuple(_BUSY),
    "weekday": _WEEKDAYS,
}
"""Signal -> the values it can have."""


class Town:
    """Visitors of a site whose signals are those of people somewhere, at some hour."""

    signals = TOWN

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._countries = {country: 1 / (place + 1.5) for place, country in enumerate(_ZONES)}
        self._weather: dict[tuple[str, int], str] = {}

    def person(self, chance: Random) -> Person:
        """Somebody who has not been there."""
        country = _pick(chance, self._countries)
        language = _SPOKEN[country] if chance.random() < 0.85 else chance.choice(_LANGUAGES)
        device, browser = _pick(chance, _DEVICES), _pick(chance, _BROWSERS)
        return Person((country, language, device, browser), chance.randrange(_BUCKETS), _network(chance))

    def cell(self, person: Person, at: float, chance: Random) -> Cell:
        """The signals of this visit."""
        country = person.cell[0]
        days, hour = divmod(at / 3600 + _ZONES[country], 24)
        weekday = _WEEKDAYS[(int(days) + 3) % 7]  # 1970 began on a Thursday
        return (*person.cell, _pick(chance, _SOURCES), self._sky(country, at), _daypart(hour), weekday)

    def busy(self, at: float) -> float:
        """How many come now, at most 1 of what could: by the clock of Greenwich."""
        return _BUSY[_daypart(at / 3600 % 24)] / 1.4

    def _sky(self, country: str, at: float) -> str:
        half = (country, int(at / (_DAY / 2)))
        if half not in self._weather:
            self._weather[half] = _pick(seeded(f"{self.seed} sky {half}"), _WEATHER)
        return self._weather[half]


class Dice:
    """Visitors whose signals are independent; the value of rank r comes 1/r as often as the first."""

    def __init__(self, sizes: tuple[int, ...]) -> None:
        self.signals = {
            f"signal{number}": tuple(f"v{value}" for value in range(size)) for number, size in enumerate(sizes, 1)
        }
        self._odds = [{value: 1 / (rank + 1) for rank, value in enumerate(each)} for each in self.signals.values()]

    def person(self, chance: Random) -> Person:
        """Somebody who has not been there."""
        return Person(tuple(_pick(chance, odds) for odds in self._odds), chance.randrange(_BUCKETS), _network(chance))

    def cell(self, person: Person, at: float, chance: Random) -> Cell:  # noqa: ARG002  # as a town's
        """The signals of this visit: always the visitor's."""
        return person.cell

    def busy(self, at: float) -> float:  # noqa: ARG002  # as a town's
        """How many come now: as many as at any time."""
        return 1.0


Crowd = Town | Dice


def seeded(name: str) -> Random:
    """The chance that belongs to a name; the same on every machine."""
    return Random(name)  # noqa: S311  # a world must come again as it was


def visits(crowd: Crowd, count: int, days: float, chance: Random) -> Iterator[Visit]:
    """So many visits in order of time, spread over so many days from BEGIN on."""
    known: list[Person] = []
    for at in _moments(crowd, count, days, chance):
        if known and chance.random() < _BACK:
            person = chance.choice(known[-_REMEMBERED:])
        else:
            person = crowd.person(chance)
            known.append(person)
        yield Visit(at, crowd.cell(person, at, chance), person.bucket, person.network)


def bots(crowd: Crowd, count: int, begin: float, seconds: float, chance: Random) -> Iterator[Visit]:
    """A burst of bots from a few networks that pretend to be all sorts of visitors, and click on everything."""
    networks = [_network(chance) for _ in range(max(2, count // 100))]
    for at in sorted(begin + chance.random() * seconds for _ in range(count)):
        person = crowd.person(chance)
        yield Visit(at, crowd.cell(person, at, chance), person.bucket, chance.choice(networks), bot=True)


def _moments(crowd: Crowd, count: int, days: float, chance: Random) -> list[float]:
    found: list[float] = []
    while len(found) < count:
        at = BEGIN + chance.random() * days * _DAY
        if chance.random() < crowd.busy(at):
            found.append(at)
    return sorted(found)


def _daypart(hour: float) -> str:
    return next(name for until, name in _DAYPARTS if hour < until)


def _network(chance: Random) -> str:
    return f"10.{chance.randrange(256)}.{chance.randrange(256)}"


def _pick(chance: Random, odds: dict[str, float] | dict[str, int]) -> str:
    return chance.choices(tuple(odds), tuple(odds.values()))[0]
