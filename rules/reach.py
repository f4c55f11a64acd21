"""Whom a condition can be about at all, and whether one leaves anybody over for another.

A condition is turned into a list of **terms** (a disjunctive normal form): in a term everything must hold, and one term
is enough. A term keeps, for each signal, the facts that must be so: "country is one of US, CA", "hour is not below 17".
`not` goes down to the facts by de Morgan's laws, which Kleene's logic keeps (`rules.when`).

With terms two questions have a plain answer. A term is impossible when no value of some signal fits all its facts. A
term is covered by another one when each fact of that other one follows from its own. Both answers are on the safe
side: where it cannot be said (two patterns with stars, a condition of too many terms) a condition counts as possible
and as not covered, so that a warning made from them is right.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Final

from rules.signals import UNKNOWN, Value
from rules.vocabulary import Own, signal
from rules.when import AllOf, AnyOf, Between, Condition, Is, Like, Not
from rules.window import WEEKDAYS

MOST_TERMS: Final = 64
"""Terms of one condition; with more nothing is said about it."""

MOST_OPEN: Final = 200
"""Earlier terms that are compared one by one, because no value of theirs can be looked up."""


@dataclass(frozen=True, slots=True)
class Fact:
    """What must be so about one signal: that a phrase holds, or that it does not."""

    phrase: Is | Like | Between
    holds: bool

    def allows(self, value: Value) -> bool:
        """Whether this value of the signal would do."""
        return self.phrase.holds({self.phrase.signal: value}) is self.holds


Agree = Callable[[Value, Value], bool]

Term = Mapping[str, tuple[Fact, ...]]
"""Signal -> facts, all of which must be so. Without any it is everybody."""


def terms(condition: Condition | None) -> list[Term] | None:
    """The terms of a condition; None when they are too many. No condition is everybody."""
    return [{}] if condition is None else _terms(condition, True)


def possible(term: Term, own: Own) -> str | None:
    """The signal for which no value fits; None when there may be such a visitor."""
    for name in term:
        if not _some(term, name, own):
            return name
    return next((name for name, other, fit in _TOGETHER if not _fit_together(term, name, other, fit, own)), None)


def exclusive(one: Condition | None, other: Condition | None, own: Own) -> bool:
    """Whether no visitor can meet both, for certain."""
    left, right = terms(one), terms(other)
    if left is None or right is None or len(left) * len(right) > MOST_TERMS:
        return False
    return all(possible(_both(a, b), own) is not None for a, b in product(left, right))


@dataclass(slots=True)
class Taken:
    """Who has been taken by the entries so far, so that of thousands only a few are looked at."""

    own: Own
    _by_value: dict[tuple[str, Value], list[tuple[int, Term]]] = field(default_factory=lambda: defaultdict(list))
    _open: list[tuple[int, Term]] = field(default_factory=list)

    def add(self, number: int, found: Iterable[Term]) -> None:
        """Entry `number` takes everybody who is in one of these terms."""
        for term in found:
            buckets = [
                [self._by_value[name, value] for value in values]
                for name, values in _listed(term)
                if 0 < len(values) < 64
            ]
            if buckets:  # under the signal that tells most, so that no list becomes long
                for bucket in min(buckets, key=lambda each: max(map(len, each))):
                    bucket.append((number, term))
            elif len(self._open) < MOST_OPEN:
                self._open.append((number, term))

    def by(self, found: Iterable[Term]) -> list[int] | None:
        """The entries that together take everybody who is in one of these terms; None when somebody may be left."""
        takers: set[int] = set()
        for term in map(_with_country, found):
            one = self._taker(term)
            several = [one] if one else self._takers(term)
            if not several:
                return None
            takers.update(several)
        return sorted(takers)

    def _taker(self, term: Term) -> int | None:
        """The first entry that takes the whole term."""
        near = [self._by_value.get((name, next(iter(values))), []) for name, values in _listed(term) if values]
        numbers = [number for bucket in (self._open, *near) for number, other in bucket if self._covered(term, other)]
        return min(numbers, default=None)

    def _takers(self, term: Term) -> list[int]:
        """Entries that take it value by value: US in one, CA in another."""
        for name, values in _listed(term):
            if 1 < len(values) < 64:
                parts = [{**term, name: (*term[name], Fact(Is(name, frozenset({value})), True))} for value in values]
                numbers = [self._taker(part) for part in parts]
                if all(numbers):
                    return [number for number in numbers if number]
        return []

    def _covered(self, term: Term, other: Term) -> bool:
        return all(_follows(fact, term, self.own) for facts in other.values() for fact in facts)


def _terms(condition: Condition, wanted: bool) -> list[Term] | None:
    match condition:
        case Not():
            return _terms(condition.part, not wanted)
        case AllOf() | AnyOf():
            parts = [_terms(part, wanted) for part in condition.parts]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            return _product(known) if isinstance(condition, AllOf) is wanted else _union(known)
        case _:
            return [{condition.signal: (Fact(condition, wanted),)}]


def _union(parts: list[list[Term]]) -> list[Term] | None:
    together = [term for part in parts for term in part]
    return together if len(together) <= MOST_TERMS else None


def _product(parts: list[list[Term]]) -> list[Term] | None:
    if math.prod(map(len, parts)) > MOST_TERMS:
        return None
    found: list[Term] = [{}]
    for part in parts:
        found = [_both(one, other) for one, other in product(found, part)]
    return found


def _both(one: Term, other: Term) -> Term:
    return {name: (*one.get(name, ()), *other.get(name, ())) for name in (*one, *other)}


def _listed(term: Term) -> Iterator[tuple[str, frozenset[Value]]]:
    """The signals of which the term lists the values."""
    for name, facts in term.items():
        lists = [fact.phrase.values for fact in facts if fact.holds and isinstance(fact.phrase, Is)]
        if lists:
            yield name, frozenset.intersection(*lists)


def _values(term: Term, name: str, own: Own) -> list[Value] | None:
    """The values that fit all facts about a signal; None when they cannot be counted up."""
    listed = dict(_listed({name: term.get(name, ())})).get(name)
    every = listed if listed is not None else _all_values(name, own)
    return None if every is None else [v for v in every if all(fact.allows(v) for fact in term.get(name, ()))]


def _all_values(name: str, own: Own) -> tuple[Value, ...] | None:
    about = signal(name, own)
    if about.kind == "word":
        return (*own.words(about), UNKNOWN)
    return _COUNTED.get(about.kind)


def _some(term: Term, name: str, own: Own) -> bool:
    """Whether some value of the signal fits."""
    values = _values(term, name, own)
    if values is not None:
        return bool(values)
    betweens = [fact.phrase for fact in term[name] if fact.holds and isinstance(fact.phrase, Between)]
    return all(_meet(one, other) for one, other in product(betweens, betweens))


def _meet(one: Between, other: Between) -> bool:
    """Whether two stretches share a value: the one does not end before the other begins."""
    if one.high is None or other.low is None:
        return True
    if one.high == other.low:
        return one.with_high and other.with_low
    return one.high > other.low  # type: ignore[operator]  # both are of the signal's own kind


def _follows(fact: Fact, term: Term, own: Own) -> bool:
    """Whether a fact is so for everybody in the term."""
    name = fact.phrase.signal
    if name not in term:
        return False
    if fact in term[name]:
        return True
    values = _values(term, name, own)
    if values is not None:
        return all(fact.allows(value) for value in values)
    return fact.holds and any(own.holds and _narrower(own.phrase, fact.phrase) for own in term[name])


def _narrower(one: Is | Like | Between, other: Is | Like | Between) -> bool:
    """Whether whoever meets the one meets the other, for patterns and stretches."""
    if isinstance(one, Like) and isinstance(other, Like):
        return other.glob.matches(one.glob.written)  # a star can only be met by a star
    if isinstance(one, Between) and isinstance(other, Between):
        return _within(one, other)
    return False


def _within(one: Between, other: Between) -> bool:
    below = other.low is None or (
        one.low is not None and (one.low > other.low or (one.low == other.low and other.with_low >= one.with_low))  # type: ignore[operator]
    )
    above = other.high is None or (
        one.high is not None
        and (one.high < other.high or (one.high == other.high and other.with_high >= one.with_high))  # type: ignore[operator]
    )
    return below and above


def _fit_together(term: Term, name: str, other: str, fit: Agree, own: Own) -> bool:
    """Whether two signals that say the same thing in two ways can have values that agree."""
    if name not in term or other not in term:
        return True
    ours, theirs = _values(term, name, own), _values(term, other, own)
    if ours is None or theirs is None:
        return True
    return any(fit(one, two) for one, two in product(ours, theirs))


def _with_country(term: Term) -> Term:
    """The same visitors, with what their region says of their country."""
    regions = dict(_listed({"region": term.get("region", ())})).get("region", frozenset())
    if not regions or UNKNOWN in regions:
        return term
    fact = Fact(Is("country", frozenset(str(region)[:2] for region in regions)), True)
    return {**term, "country": (*term.get("country", ()), fact)}


def _region_of(region: Value, country: Value) -> bool:
    return UNKNOWN in (region, country) or str(region).startswith(f"{country}-")


def _weekend(day: Value, weekend: Value) -> bool:
    return UNKNOWN in (day, weekend) or (day in ("sat", "sun")) == weekend


_TOGETHER: Final[tuple[tuple[str, str, Agree], ...]] = (
    ("region", "country", _region_of),
    ("weekday", "weekend", _weekend),
)

_COUNTED: Final[Mapping[str, tuple[Value, ...]]] = {
    "flag": (True, False, UNKNOWN),
    "hour": (*range(24), UNKNOWN),
    "weekday": (*WEEKDAYS, UNKNOWN),
    "month": (*range(1, 13), UNKNOWN),
}
"""Kind of signal -> all its values, where they can be counted up."""
