"""Look-ups that answer for all patterns, or for all conditions about one signal, at once. See `rules.index`."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from rules.glob import Glob, Pattern
from rules.signals import CASELESS, SEVERAL, UNKNOWN, Value, folded, names
from rules.when import AllOf, AnyOf, Between, Condition, Is, Like, Not

Bits = int
"""A set of experiences, or of entries."""

Parts = dict[Condition, Bits]


class Texts:
    """Patterns, each with some bits, and which of them a text has."""

    def __init__(self, patterns: Iterable[tuple[Pattern, Bits]]) -> None:
        self._exact: defaultdict[str, Bits] = defaultdict(int)
        begins: defaultdict[str, dict[Pattern, Bits]] = defaultdict(dict)
        for pattern, bits in patterns:
            if isinstance(pattern, Glob) and pattern.tail is None:
                self._exact[pattern.head] |= bits
            else:
                same = begins[_beginning(pattern)]
                same[pattern] = same.get(pattern, 0) | bits
        self._heads = sorted({"", *begins})
        self._shorter: list[int] = []
        self._all: list[Bits] = []  # of patterns that ask for the beginning and nothing else
        self._some: list[tuple[tuple[Pattern, Bits], ...]] = []  # of those that ask for more
        for place, head in enumerate(self._heads):
            self._add(place, head, begins.get(head, {}))

    def _add(self, place: int, head: str, patterns: Mapping[Pattern, Bits]) -> None:
        shorter = self._longest(head, place - 1) if head else 0
        plain = [bits for pattern, bits in patterns.items() if _only_begins(pattern)]
        more = tuple((pattern, bits) for pattern, bits in patterns.items() if not _only_begins(pattern))
        self._shorter.append(shorter)
        self._all.append(union(plain) | (self._all[shorter] if head else 0))
        self._some.append(more + (self._some[shorter] if head else ()))

    def _longest(self, text: str, place: int) -> int:
        """The longest beginning of a text, at this place of the sorted ones or shorter."""
        while not text.startswith(self._heads[place]):
            place = self._shorter[place]
        return place

    def bits(self, text: str) -> Bits:
        """Those of all patterns that the text has."""
        place = self._longest(text, bisect_right(self._heads, text) - 1)
        found = self._all[place] | self._exact.get(text, 0)
        for pattern, bits in self._some[place]:
            if pattern.matches(text):
                found |= bits
        return found


class Table:
    """One signal: which bits stay, by its value."""

    def __init__(self, signal: str, parts: Parts, free: Bits) -> None:
        """`parts`: conditions that speak of this signal alone; `free`: the entries that ask nothing of it."""
        self.signal = signal
        self._free, self._parts = free, parts
        self._several = len(names(signal, SEVERAL)) > 1
        named = [value for value in _named(parts) if len(names(signal, value)) == 1]
        self._others: Parts = {part: bits for part, bits in parts.items() if not isinstance(part, Is)}
        likes = [(part.glob, bits) for part, bits in parts.items() if isinstance(part, Like)]
        self._likes = Texts(likes) if likes else None
        self._points = sorted({float(value) for value in named if not isinstance(value, str)})
        self._numbers = [self._answers(value, self._others) for value in _between_numbers(self._points)]
        plain: Parts = {part: bits for part, bits in self._others.items() if not _holds_patterns(part)}
        self._days = sorted({value for value in _bounds(parts) if isinstance(value, str)})
        self._words = [self._answers(value, plain) for value in _between_words(self._days, named)]
        self._asked = [
            (part, bits) for part, bits in self._others.items() if part not in plain and not isinstance(part, Like)
        ]
        self.exact = {value: self._answers(value, self._others) for value in {UNKNOWN, *named}}
        for part, bits in parts.items():
            for value in self.exact.keys() & part.values if isinstance(part, Is) else ():
                self.exact[value] |= bits

    def _answers(self, value: Value, parts: Parts) -> Bits:
        """The bits that stay for one value, as far as these parts say; an `Is` is found where its values stand."""
        held = (bits for part, bits in parts.items() if part.holds({self.signal: value}) is True)
        return self._free | union(held)

    def other(self, value: Value) -> Bits:
        """The bits for a value that no condition names. Raises ValueError for what is no number."""
        if self.signal in CASELESS:
            value = folded(self.signal, value)
            if value in self.exact:
                return self.exact[value]
        if self._several and len(names(self.signal, value)) > 1:
            return self._answers(value, self._parts)
        if not isinstance(value, str):
            return self._numbers[bisect_left(self._points, _number(value))]
        found = self._words[bisect_left(self._days, value)]
        if self._likes is not None:
            found |= self._likes.bits(value)
        for part, bits in self._asked:
            if part.holds({self.signal: value}) is True:
                found |= bits
        return found


def union(bits: Iterable[Bits]) -> Bits:
    """All of them together."""
    found = 0
    for each in bits:
        found |= each
    return found


def _leaves(condition: Condition) -> Iterator[Is | Like | Between]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _leaves(part)
        case Not(part):
            yield from _leaves(part)
        case _:
            yield condition


def _holds_patterns(condition: Condition) -> bool:
    return any(isinstance(leaf, Like) for leaf in _leaves(condition))


def _named(parts: Parts) -> Iterator[Value]:
    """The values that conditions name, bounds among them."""
    for part in parts:
        for leaf in _leaves(part):
            if isinstance(leaf, Is):
                yield from leaf.values
    yield from _bounds(parts)


def _bounds(parts: Parts) -> Iterator[float | str]:
    for part in parts:
        for leaf in _leaves(part):
            if isinstance(leaf, Between):
                yield from (bound for bound in (leaf.low, leaf.high) if bound is not None)


def _between_numbers(points: list[float]) -> list[float]:
    """A number below all points, one between each two, and one above all."""
    if not points:
        return [0.0]
    return [points[0] - 1, *((low + high) / 2 for low, high in pairwise(points)), points[-1] + 1]


def _between_words(points: list[str], named: Iterable[Value]) -> list[str]:
    """The same for texts; each is longer than what is named, so that it is none of that."""
    behind = "\0" * (1 + max((len(value) for value in named if isinstance(value, str)), default=0))
    return [behind, *(f"{point}{behind}" for point in points)]


def _number(value: float) -> float:
    if value != value:
        raise ValueError("this is no number")
    return value


def _beginning(pattern: Pattern) -> str:
    return pattern.head if isinstance(pattern, Glob) else pattern.pieces[0].texts[0]


def _only_begins(pattern: Pattern) -> bool:
    return isinstance(pattern, Glob) and pattern.tail == "" and not pattern.middle
