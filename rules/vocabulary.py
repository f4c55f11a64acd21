"""Every signal by name: what it is about, and which values it may have.

What marketers write, what `--signal` takes and what is pushed all go through `parse_value`, so that a value has one
spelling inside: countries in capitals, temperatures in degrees Celsius, months as numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from rules.meant import signal_meant
from rules.problem import wrong
from rules.signals import UNKNOWN, Value
from rules.spelling import advice, nearest
from rules.window import WEEKDAYS, around, calendar_day, weekday
from rules.words import (
    CALLED,
    COUNTRIES,
    DAYPARTS,
    FACTS,
    FAMILIES,
    FAMILY_EXAMPLES,
    FINER,
    FULL_MONTHS,
    JOINTS,
    MONTHS,
    NONE,
    ONE_LANGUAGE,
    PERSONAL,
    SIGNALS,
    Kind,
    Signal,
)

THERE_ARE: Final = "the signals are"
"""How the list of all signals begins, which is told once for a file."""

LONGEST: Final = 256
"""Characters of a value."""


KINDS: Final[tuple[Kind, ...]] = ("text", "number", "flag", "temperature", "word")
"""What the values of a signal of a site's own may be."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a site adds to the vocabulary: its names for the parts of the day, signals of its own, its events."""

    dayparts: tuple[str, ...] = tuple(DAYPARTS)
    signals: Mapping[str, Signal] = field(default_factory=dict)
    events: tuple[str, ...] = ()

    def words(self, about: Signal) -> tuple[str, ...]:
        """The values that a signal of words may have: of some of them the site decides."""
        if about.name in ("daypart", "place.daypart"):
            return self.dayparts
        return (*self.events, NONE) if about.name == "event" else about.words


COMMON: Final = Own()
"""The vocabulary of a site that adds nothing."""


def signal(name: str, own: Own = COMMON) -> Signal:
    """The signal of this name. Raises ReadingError with the nearest name when there is none."""
    known = SIGNALS.get(name) or own.signals.get(name)
    if known is not None:
        return known
    family, dot, rest = name.partition(".")
    check_name(rest)
    if dot and rest and family in FAMILIES:
        typed = rest in SIGNALS and rest in FACTS.get(family, ())
        like = SIGNALS[rest] if typed else Signal(name, "text", FAMILIES[family])
        return replace(like, name=name)
    if name in FAMILIES:
        raise wrong(f"`{name}` needs a name after a dot", f"write {name}.NAME, such as `{FAMILY_EXAMPLES[name]}`")
    if name in JOINTS:
        raise wrong(f"`{name}` is called `{JOINTS[name]}` here", _JOINED[JOINTS[name]])
    check_name(name)
    near = "utm." + name[4:] if name.startswith("utm_") else None
    raise wrong(f"unknown signal `{name[:80]}`", f"did you mean `{near}`?" if near else _instead(name, own))


def _instead(name: str, own: Own) -> str:
    """What to write in place of a signal that does not exist; it may be one that the site has yet to name."""
    hint = signal_meant(name) or advice(name, (*SIGNALS, *own.signals), all_of_them=THERE_ARE)
    if hint.startswith(THERE_ARE) and re.fullmatch(r"[a-z][a-z0-9_]{0,63}", name):
        return f"name your own in site.yaml: `signals: {{{name}: {{pushed: true, values: [busy, quiet]}}}}`; {hint}"
    return hint


def check_name(name: str) -> None:
    """Refuse what no signal may be about. Raises ReadingError for a place finer than a city, and for a person."""
    plain = name.lower().replace("-", "_")
    if plain in FINER:
        message = f"`{name}` is finer than a city: pages may depend on country, region, city and `near`"
        raise wrong(message, "use `city`, or `near` with the places in site.yaml")
    if plain in PERSONAL:
        message = f"`{name}` is about who somebody is: there is no such signal, Windsock knows no visitor"
        raise wrong(message, "choose by place, time, weather, device, language or the way here")


def parse_value(name: str, written: str, own: Own = COMMON) -> Value:
    """The value that `written` stands for in the signal `name`: 5.0 for `41F`, "US" for `us`, `UNKNOWN` for `unknown`.

    `own` is the site's. Raises ReadingError (a ValueError), which says what may be written and what was probably meant.
    """
    return value_of(signal(name, own), written, own)


def value_of(about: Signal, written: str, own: Own = COMMON) -> Value:
    """The same for a signal that has been looked up."""
    text = written.strip()
    if len(text) > LONGEST:
        raise wrong(f"the value of `{about.name}` is too long", f"write up to {LONGEST} characters")
    if text == UNKNOWN:
        return UNKNOWN
    if about.kind == "word":
        return _word(about, text, own.words(about))
    if about.name == "city" and (found := re.fullmatch(r"(.+?),\s*([A-Z]{2,3})", text)):
        raise wrong(f"`{text}` is more than a city", f"write city: {found[1]}, and beside it a `region` such as US-WA")
    return _READERS[about.kind](text)


def _word(about: Signal, text: str, words: tuple[str, ...]) -> str:
    word = text.lower()
    for known in words:
        if known.lower() == word:
            return known
    called = CALLED.get(about.name.removeprefix("place."), {}).get(word)
    if called in words:
        raise wrong(f"`{text}` is called `{called}` here", f"write `{called}`")
    hint = advice(text, (*words, UNKNOWN))
    if about.name == "event" and "did you mean" not in hint:
        hint = f"list it in site.yaml: `events: {{{text[:40]}: 2026-12-24}}`"
    raise wrong(f"`{text}` is no value of `{about.name}`", hint)


def _text(text: str) -> str:
    if not text:
        raise wrong("the text is empty", "write a text, or `*` for any")
    return text


def _number(text: str) -> float:
    return number(text, f"`{text}` is no number", "write digits, such as 12 or 7.5")


def number(text: str, message: str, hint: str) -> float:
    """A finite number, plainly written. Raises ReadingError with this message and hint."""
    if re.fullmatch(r"[+-]?\d{1,15}(\.\d{1,15})?", text, re.ASCII):
        return float(text)
    raise wrong(message, hint)


def _temperature(text: str) -> float:
    found = re.fullmatch(r"(.*?)\s*°?\s*([CF]?)", text, re.IGNORECASE | re.DOTALL)
    degrees, unit = (found[1], found[2].upper()) if found else (text, "")
    value = number(degrees, f"`{text}` is no temperature", "write degrees Celsius, such as 5, or Fahrenheit: 41F")
    celsius = round((value - 32) / 1.8, 6) if unit == "F" else value
    if not -100 <= celsius <= 59:
        raise wrong(f"`{text}` never occurs: it would be {celsius:g} °C", f"for Fahrenheit write {degrees}F")
    return celsius


def _hour(text: str) -> int:
    if re.fullmatch(r"\d{1,2}(:00)?", text, re.ASCII) and int(text.partition(":")[0]) < 24:
        return int(text.partition(":")[0])
    hint = "write a number from 0 to 23; for minutes use `every`, or a daypart of your own in site.yaml"
    raise wrong(f"`{text}` is no whole hour", hint)


def _flag(text: str) -> bool:
    word = text.lower()
    if word in ("true", "yes", "false", "no"):
        return word in ("true", "yes")
    raise wrong(f"`{text}` is neither yes nor no", "write true or false")


def _date(text: str) -> str:
    return calendar_day(text).isoformat()


def _weekday(text: str) -> str:
    return WEEKDAYS[weekday(text)]


def _month(text: str) -> int:
    word = text.lower()
    for number_of, (short, full) in enumerate(zip(MONTHS, FULL_MONTHS, strict=True), 1):
        if word in (short, full, str(number_of), f"{number_of:02}"):
            return number_of
    near = nearest(text, (*MONTHS, *FULL_MONTHS))
    hint = f"did you mean `{near}`?" if near else f"the months are {', '.join(MONTHS)}"
    raise wrong(f"`{text}` is no month", hint)


def _country(text: str) -> str:
    code = text.upper()
    if code in COUNTRIES:
        return code
    called = CALLED["country"].get(text.lower())
    hint = f"did you mean `{called}`?" if called else "write the two letters of ISO 3166, such as NO for Norway"
    raise wrong(f"`{text}` is no country code", hint)


def _region(text: str) -> str:
    code = text.upper()
    if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", code, re.ASCII) and code[:2] in COUNTRIES:
        return code
    bare = re.fullmatch(r"[A-Z]{2}", code, re.ASCII)
    example = f"US-{code}" if bare else "US-CO"
    raise wrong(f"`{text}` is no region", f"write country and region as in ISO 3166-2, such as {example}")


def _language(text: str) -> str:
    if re.fullmatch(r"[a-z]{2,3}", text.lower(), re.ASCII):
        return ONE_LANGUAGE.get(text.lower(), text.lower())
    called = CALLED["language"].get(text.lower())
    first = re.match(r"([a-z]{2,3})[-_]", text.lower(), re.ASCII)
    if called or first:
        near = called or (first[1] if first else "")
        raise wrong(f"`{text}` is no language", f"write the language alone: `{near}`; for a place use `country`")
    raise wrong(f"`{text}` is no language", "write its two letters, such as en, or three where it has no two")


def _zone(text: str) -> str:
    return zone(text).key


def zone(name: str) -> ZoneInfo:
    """The time zone of this name. Raises ReadingError with the nearest name when there is none."""
    try:
        if name not in ("", ".", "localtime", "posixrules"):
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    raise wrong(f"`{name}` is no time zone", _near_zone(name))


def _near_zone(name: str) -> str:
    """The zone that was meant, by its spelling or by the city alone."""
    zones = sorted(available_timezones())
    by_city = {each.rpartition("/")[2].lower(): each for each in zones}
    near = nearest(name, zones) if "/" in name else by_city.get(name.strip().lower().replace(" ", "_"))
    return f"did you mean `{near}`?" if near else "write continent and city, such as Europe/Oslo"


def months(first: str, last: str) -> list[int]:
    """The numbers of the months from one to another, both included, over the turn of the year if need be."""
    return [month + 1 for month in around(_month(first) - 1, _month(last) - 1, 12)]


_JOINED: Final = {
    "any": "write any: [{weather: rain}, {weather: snow}]; one of several values is a list",
    "all": "write all: [{country: US}, {device: mobile}], or all of them beside each other",
    "not": "write not: {country: US}",
}
"""Joint -> how it is written."""

_READERS: Final[Mapping[str, Callable[[str], Value]]] = {
    "text": _text,
    "number": _number,
    "temperature": _temperature,
    "hour": _hour,
    "flag": _flag,
    "date": _date,
    "weekday": _weekday,
    "month": _month,
    "country": _country,
    "region": _region,
    "language": _language,
    "zone": _zone,
}
