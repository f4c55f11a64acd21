"""The values of one signal that may make a difference to the leaves that ask for it.

Values that no rule tells apart are one case: of a country that three rules name, five are enough: the three, another
one, and not knowing it. For numbers those are the bounds that rules name and what lies between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, product
from string import ascii_lowercase
from typing import Final
from zoneinfo import available_timezones

from edge.decisions.matrix.formula import Leaf
from edge.decisions.matrix.text import texts
from rules.signals import UNKNOWN, Value
from rules.vocabulary import Own, signal
from rules.when import Between, Is, Like
from rules.words import COUNTRIES, Signal

_COLDEST: Final = -100.0
_HOTTEST: Final = 59.0
"""Degrees Celsius that a rule may name."""

_USUAL: Final = {
    "country": ("US", "DE", "FR", "GB", "NO"),
    "language": ("en", "de", "fr", "es", "no"),
    "zone": ("Europe/London", "America/New_York", "Asia/Tokyo"),
}
"""What stands for values that no rule names, where one of these does."""


def candidates(name: str, leaves: Sequence[Leaf], own: Own) -> Iterator[Value]:
    """Values of a signal, among them one for each answer of these leaves; `unknown` first, the least to say."""
    yield UNKNOWN
    yield from _known(signal(name, own), leaves, own)


def regions(countries: Iterable[Value], named: Iterable[Value]) -> Iterator[tuple[Value, Value]]:
    """(country, region) that go together: each region with its country, each country with another region and none."""
    named = tuple(named)
    for region in named:
        if region != UNKNOWN:
            yield str(region)[:2], region
    for country in countries:
        yield country, UNKNOWN
        if country != UNKNOWN:
            yield country, next(each for each in map(f"{country}-{{}}".format, range(1, 1000)) if each not in named)


def _known(about: Signal, leaves: Sequence[Leaf], own: Own) -> Iterator[Value]:
    if about.kind == "word":
        yield from own.words(about)
        return
    if about.kind == "flag":
        yield from (False, True)
        return
    if about.kind == "hour":
        yield from (12, *range(24))
        return
    if about.kind in ("number", "temperature"):
        yield from _numbers(leaves, *((_COLDEST, _HOTTEST) if about.kind == "temperature" else (-1e15, 1e15)))
        return
    named = [value for leaf in leaves if isinstance(leaf, Is) for value in leaf.values if value != UNKNOWN]
    if about.kind == "text":
        globs = [leaf.glob for leaf in leaves if isinstance(leaf, Like)]
        yield from texts(globs, set(map(str, named)))
    else:
        yield from _other(about.kind, set(named))
    yield from sorted(named, key=str)


def _other(kind: str, named: set[Value]) -> Iterator[Value]:
    """A value of this kind that nobody names, if there is one left."""
    left = [value for value in (*_USUAL.get(kind, ()), *_all(kind)) if value not in named]
    yield from left[:1]


def _all(kind: str) -> Iterable[str]:
    if kind == "country":
        return sorted(COUNTRIES)
    if kind == "zone":
        return sorted(available_timezones())
    if kind == "language":
        return map("".join, product(ascii_lowercase, repeat=2))
    return map("US-{}".format, range(1, 1000))


def _numbers(leaves: Sequence[Leaf], least: float, most: float) -> Iterator[float]:
    """The numbers that rules name, one between each two of them, and one beyond each end."""
    named = {float(value) for leaf in leaves for value in _named(leaf)}
    if not named:
        yield 10.0
        return
    points = sorted({*named, max(min(named) - 1, least), min(max(named) + 1, most)})
    for low, high in pairwise(points):
        yield low
        yield between(low, high)
    yield points[-1]


def _named(leaf: Leaf) -> Iterator[Value]:
    if isinstance(leaf, Is):
        yield from (value for value in leaf.values if value != UNKNOWN)
    elif isinstance(leaf, Between):
        yield from (bound for bound in (leaf.low, leaf.high) if bound is not None)


def between(low: float, high: float) -> float:
    """The shortest decimal that lies between two numbers; one of them where they are neighbours."""
    for digits in range(15):
        middle = round((low + high) / 2, digits)
        if low < middle < high:
            return middle
    return low
