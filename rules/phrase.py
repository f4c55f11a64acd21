"""Phrases: from what a marketer writes beside a signal to a condition.

    country: [US, CA]           one of them
    temperature: "< 5"          a comparison: <, <=, >, >=
    temperature: "18-25"        numbers: both ends included
    hour: "22-6"                hours: until, not included; may cross midnight
    weekday: mon-fri            names: both ends included; may go round
    date: "2026-12-20 - 2026-12-26"      dates: both days included
    path: "/sale/*"             texts may hold stars
    country: unknown            only where it is not known

All mistakes of a `when` are found in one go, each with its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeVar

from rules.glob import glob
from rules.meant import condition_meant, value_meant
from rules.problem import Mistake, Place, ReadingError, wrong
from rules.signals import UNKNOWN, Value, folded
from rules.vocabulary import COMMON, LONGEST, Own, months, signal, value_of
from rules.when import AllOf, AnyOf, Between, Condition, Is, Like, Not
from rules.window import WEEKDAYS, around, weekday
from rules.words import Signal

Item = TypeVar("Item")
Found = TypeVar("Found")
Phrase = Is | Like | Between | AnyOf

NESTING: Final = 16
"""How deep `any`, `all` and `not` may stand in each other."""

_COMPARISON: Final = re.compile(r"(<=|>=|<>|<|>|≤|≥|=<|=>|==?|!=)\s*(.*)", re.DOTALL)
_DASH: Final = r"\s*[-–]\s*"
_NUMBERS: Final = re.compile(rf"([+-]?\d[\d.]*\s*°?[CF]?){_DASH}([+-]?\d[\d.]*\s*°?[CF]?)", re.IGNORECASE)
_DATES: Final = re.compile(rf"(\d{{4}}-\d\d-\d\d){_DASH}(\d{{4}}-\d\d-\d\d)")
_NAMES: Final = re.compile(rf"([a-z]+|\d{{1,2}}){_DASH}([a-z]+|\d{{1,2}})", re.IGNORECASE)
_SEVERAL: Final = re.compile(r"[<>]=?.*|[\w:.]+\s*[-–]\s*[\w:.°]+|\d{4}-\d\d-\d\d\s*[-–]\s*\d{4}-\d\d-\d\d", re.DOTALL)
_JOINTS: Final = ("any", "all", "not")


def condition(tree: object, own: Own = COMMON, depth: int = 0) -> Condition:
    """The condition that a `when` (also `never_when`) means; `tree` is plain data.

    `own` is the site's vocabulary. Raises ReadingError with the place of every mistake, counted from the `when`.
    """
    if not isinstance(tree, Mapping):
        raise wrong("a condition names signals and their values", condition_meant(tree))
    if depth > NESTING:
        raise wrong(f"conditions are nested more than {NESTING} deep", "write it as several entries")
    if not tree:
        raise wrong("the condition is empty", "name a signal, or leave `when` out: then the entry always matches")
    parts = _each([((), (str(name), written)) for name, written in tree.items()], lambda item: _part(*item, own, depth))
    return parts[0] if len(parts) == 1 else AllOf(parts)


def given(tree: object, own: Own = COMMON) -> dict[str, Value]:
    """Signals with one value each, as tests write them. Raises ReadingError with the place of every mistake."""
    if not isinstance(tree, Mapping):
        raise wrong("signals with their values are expected here", "write for example {country: US, weather: rain}")
    items: list[tuple[Place, tuple[str, object]]] = [((), (str(name), written)) for name, written in tree.items()]
    return dict(_each(items, lambda item: _given(*item, own)))


def phrase(about: Signal, written: object, own: Own = COMMON) -> Phrase:
    """The condition that stands beside one signal: a value, a comparison, a range, or a list of those."""
    items = written if isinstance(written, list) else [written]
    if not items:
        raise wrong("the list is empty", f"write at least one value of `{about.name}`")
    places: list[Place] = [(place,) if items is written else () for place in range(len(items))]
    read = _each(list(zip(places, items, strict=True)), lambda item: _item(about, item, own))
    values = frozenset(value for item in read if isinstance(item, Is) for value in item.values)
    rest = tuple(item for item in read if not isinstance(item, Is))
    parts = (Is(about.name, values), *rest) if values else rest
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def _given(name: str, written: object, own: Own) -> tuple[str, Value]:
    about = _signal(name, own)
    if isinstance(written, list | Mapping):
        raise ReadingError(
            Mistake((name,), f"a test gives one value of `{name}`", "write one value; a list is for `when`")
        )
    return _at((name,), lambda: (name, _one_value(about, _text(about, written), own)))


def _one_value(about: Signal, text: str, own: Own) -> Value:
    """A value; what is one of several in a condition is none here."""
    try:
        return value_of(about, text, own)
    except ReadingError:
        if _SEVERAL.fullmatch(text.strip()):
            hint = f"write one, not `{text}`, which is for `when`"
            raise wrong(f"a test gives one value of `{about.name}`", hint) from None
        raise


def _signal(name: str, own: Own) -> Signal:
    """The signal of a key; the mistake is the key's."""
    try:
        return signal(name, own)
    except ReadingError as error:
        raise ReadingError(*(Mistake((name,), each.message, each.hint, key=True) for each in error.mistakes)) from None


def _part(name: str, written: object, own: Own, depth: int) -> Condition:
    if name in _JOINTS:
        return _at((name,), lambda: _joint(name, written, own, depth))
    about = _signal(name, own)
    return _at((name,), lambda: phrase(about, written, own))


def _joint(name: str, written: object, own: Own, depth: int) -> Condition:
    """`not` takes one condition; `any` and `all` a list of them, or a mapping whose entries count one by one."""
    if name == "not":
        return Not(condition(written, own, depth + 1))
    items: list[tuple[Place, object]]
    if isinstance(written, Mapping):
        items = [((), {key: value}) for key, value in written.items()]
    elif isinstance(written, list):
        items = [((place,), part) for place, part in enumerate(written)]
    else:
        items = []
    if not items:
        raise wrong(f"`{name}` needs a list of conditions", f"write {name}: [{{country: NO}}, {{language: no}}]")
    parts = _each(items, lambda part: condition(part, own, depth + 1))
    return AnyOf(parts) if name == "any" else AllOf(parts)


def _item(about: Signal, written: object, own: Own) -> Phrase:
    """One item: a value, a comparison or a range."""
    text = _text(about, written).strip()
    if text == UNKNOWN:
        return Is(about.name, frozenset({UNKNOWN}))
    try:
        special = _comparison(about, text) or _SPECIAL.get(about.kind, _none)(about, text)
        return special or Is(about.name, frozenset({folded(about.name, value_of(about, text, own))}))
    except ReadingError as error:
        if hint := value_meant(about.name, about.kind, text):
            raise ReadingError(*(replace(each, hint=hint) for each in error.mistakes)) from None
        raise


def _text(about: Signal, written: object) -> str:
    if isinstance(written, bool):
        return "true" if written else "false"
    if isinstance(written, str | int | float):
        if len(text := str(written)) > LONGEST:
            raise wrong(f"the value of `{about.name}` is too long", f"write up to {LONGEST} characters")
        return text
    if written is None:
        raise wrong(f"`{about.name}` has no value", "write one, in quotes if it begins with `#`, `>`, `*`, `&` or `!`")
    raise wrong(f"`{about.name}` cannot have this value", "write a value or a list of values")


def _none(about: Signal, text: str) -> None:
    """Nothing but plain values."""


def _pattern(about: Signal, text: str) -> Like | None:
    return Like(about.name, glob(str(folded(about.name, text)))) if "*" in text else None


def _numbers(about: Signal, text: str) -> Between | None:
    ranged = _NUMBERS.fullmatch(text)
    if ranged is None:
        return None
    low, high = ranged[1], ranged[2]
    if high[-1] in "fF" and low[-1].isdigit():
        low += "F"  # 40-50F: the unit belongs to both
    return _ordered(text, Between(about.name, value_of(about, low), value_of(about, high)))


def _comparison(about: Signal, text: str) -> Between | None:
    """`< 5`, for kinds of signals that have an order."""
    found = _COMPARISON.fullmatch(text) if about.kind in _ORDERED else None
    if found is None:
        return None
    sign, bound = found[1], value_of(about, found[2])
    if not isinstance(bound, int | float | str) or bound == UNKNOWN or sign not in _BOUNDS:
        raise wrong(f"`{sign}` cannot be used here", 'the comparisons are "< 5", "<= 5", "> 5" and ">= 5"')
    upper, with_it = _BOUNDS[sign]
    return Between(about.name, None, bound, with_high=with_it) if upper else Between(about.name, bound, None, with_it)


def _ordered(text: str, between: Between) -> Between:
    if between.low > between.high:  # type: ignore[operator]  # both are of the signal's own kind
        raise wrong(f"`{text}` is empty: it ends before it begins", "write the smaller one first")
    return between


def _hours(about: Signal, text: str) -> Phrase | None:
    ranged = re.fullmatch(rf"(\d{{1,2}}(?::00)?){_DASH}(\d{{1,2}}(?::00)?)", text)
    if ranged is None:
        return None
    midnight = ranged[2] in ("24", "24:00")
    low, high = value_of(about, ranged[1]), 24 if midnight else value_of(about, ranged[2])
    if low == high:
        raise wrong(f"`{text}` is empty: the last hour is not included", "leave `hour` out for the whole day")
    before, after = Between(about.name, None, high, with_high=False), Between(about.name, low, None)
    if low < high:  # type: ignore[operator]  # hours are whole numbers
        return Between(about.name, low, high, with_high=False)
    return AnyOf((after, before)) if high else after


def _dates(about: Signal, text: str) -> Between | None:
    ranged = _DATES.fullmatch(text)
    if ranged is None:
        return None
    return _ordered(text, Between(about.name, value_of(about, ranged[1]), value_of(about, ranged[2])))


def _weekdays(about: Signal, text: str) -> Is | None:
    ranged = _NAMES.fullmatch(text)
    if ranged is None:
        return None
    return Is(about.name, frozenset(WEEKDAYS[day] for day in around(weekday(ranged[1]), weekday(ranged[2]), 7)))


def _months(about: Signal, text: str) -> Is | None:
    ranged = _NAMES.fullmatch(text)
    return Is(about.name, frozenset(months(ranged[1], ranged[2]))) if ranged else None


def _at(path: Place, read: Callable[[], Found]) -> Found:
    """What `read` gives; its mistakes lie under `path`."""
    try:
        return read()
    except ReadingError as error:
        raise ReadingError(*(mistake.under(*path) for mistake in error.mistakes)) from None


def _each(items: Sequence[tuple[Place, Item]], read: Callable[[Item], Found]) -> tuple[Found, ...]:
    """Each item read, or all mistakes of all of them, under their paths."""
    found: list[Found] = []
    mistakes: list[Mistake] = []
    for path, item in items:
        try:
            found.append(read(item))
        except ReadingError as error:
            mistakes += (mistake.under(*path) for mistake in error.mistakes)
    if mistakes:
        raise ReadingError(*mistakes)
    return tuple(found)


_BOUNDS: Final = {"<": (True, False), "<=": (True, True), "≤": (True, True)} | {
    ">": (False, False),
    ">=": (False, True),
    "≥": (False, True),
}
"""Sign -> whether it bounds from above, and whether the bound itself is included."""

_ORDERED: Final = ("number", "temperature", "hour", "date")
"""Kinds of signals whose values may be compared."""

_SPECIAL: Final[Mapping[str, Callable[[Signal, str], Phrase | None]]] = {
    "text": _pattern,
    "number": _numbers,
    "temperature": _numbers,
    "hour": _hours,
    "date": _dates,
    "weekday": _weekdays,
    "month": _months,
}
"""Kind of signal -> what may be written beside plain values."""
