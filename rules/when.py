"""Conditions: whom an entry is for.

A condition is a tree of frozen nodes, and asking it has three answers: True, False, and None for "cannot be said",
which is what a signal gives that is not known. The three are combined as Kleene's strong logic does (Kleene, 1952,
"Introduction to Metamathematics", section 64): `all` is the least of its parts and `any` the greatest, with
False < None < True, and `not` turns the order round. So "not in the US" stays unanswered for a visitor whose country is
unknown, and an entry is used only when its answer is True. To speak of not knowing, one writes the word `unknown`.

Each node answers for itself, from the signals alone. That is slow when there are a thousand conditions and plain to
read at any number: this is the meaning of the language, and whatever is made to be faster is tested against it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rules.glob import Glob
from rules.signals import CASELESS, UNKNOWN, Signals, Value, folded, names

Answer = bool | None


@dataclass(frozen=True, slots=True)
class Is:
    """The signal has one of these values; `UNKNOWN` among them asks for not knowing."""

    signal: str
    values: frozenset[Value]

    def holds(self, signals: Signals) -> Answer:
        """Three-valued; see the top of this file."""
        value = signals.get(self.signal, UNKNOWN)
        if self.signal in CASELESS:
            value = folded(self.signal, value)
        if not self.values.isdisjoint(names(self.signal, value)):
            return True
        return None if value == UNKNOWN and UNKNOWN not in self.values else False


@dataclass(frozen=True, slots=True)
class Like:
    """The signal's text has this pattern."""

    signal: str
    glob: Glob

    def holds(self, signals: Signals) -> Answer:
        """Three-valued; a value that is no text cannot be compared."""
        value = folded(self.signal, signals.get(self.signal, UNKNOWN))
        if not isinstance(value, str) or value == UNKNOWN:
            return None
        return any(self.glob.matches(str(name)) for name in names(self.signal, value))


@dataclass(frozen=True, slots=True)
class Between:
    """The signal lies between two bounds, each with itself or without; None is no bound. Dates are text, YYYY-MM-DD."""

    signal: str
    low: float | str | None
    high: float | str | None
    with_low: bool = True
    with_high: bool = True

    def holds(self, signals: Signals) -> Answer:
        """Three-valued; a value of another kind than the bounds cannot be compared."""
        value = signals.get(self.signal, UNKNOWN)
        if value == UNKNOWN:
            return None
        try:
            return _in_order(self.low, value, self.with_low) and _in_order(value, self.high, self.with_high)
        except TypeError:
            return None


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; without parts it always does."""

    parts: tuple[Condition, ...]

    def holds(self, signals: Signals) -> Answer:
        """False as soon as one part is, else None if one is, else True."""
        answer: Answer = True
        for part in self.parts:
            held = part.holds(signals)
            if held is False:
                return False
            if held is None:
                answer = None
        return answer


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Some part holds; without parts it never does."""

    parts: tuple[Condition, ...]

    def holds(self, signals: Signals) -> Answer:
        """True as soon as one part is, else None if one is, else False."""
        answer: Answer = False
        for part in self.parts:
            held = part.holds(signals)
            if held is True:
                return True
            if held is None:
                answer = None
        return answer


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition

    def holds(self, signals: Signals) -> Answer:
        """The other answer; None stays None."""
        held = self.part.holds(signals)
        return None if held is None else not held


Condition = Is | Like | Between | AllOf | AnyOf | Not


def evaluate(condition: Condition, signals: Signals) -> Answer:
    """Whether a condition holds: True, False, or None when the signals that would tell are unknown."""
    return condition.holds(signals)


def _in_order(less: Value | None, more: Value | None, may_be_equal: bool) -> bool:
    """Whether one comes before the other; no bound is always in order."""
    if less is None or more is None:
        return True
    return less <= more if may_be_equal else less < more  # type: ignore[operator]  # mixed kinds raise, as intended
