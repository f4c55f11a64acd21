"""Conditions as formulas of two values, which shrink as signals become known.

Only one thing about a condition counts: whether its answer is True. Kleene's logic allows to ask just that, leaf by
leaf: `all` is True where all parts are, `any` where one is, and `not` where its part is False, for which the same holds
with `all` and `any` exchanged. So a condition of three answers becomes a formula of "this leaf answers True" and "this
leaf answers False" without any `not`, and what the leaves of one signal answer can be put in as soon as it has a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from rules.signals import Signals
from rules.when import AllOf, Answer, AnyOf, Between, Condition, Is, Like, Not
from rules.window import Window


@dataclass(frozen=True, slots=True)
class Runs:
    """Whether a schedule is open; it is about the moment, as other leaves are about a signal."""

    window: Window
    signal: str = "at"

    def holds(self, signals: Signals) -> Answer:
        """Two-valued: there always is a moment."""
        return self.window.open(float(signals["at"]))


Leaf = Is | Like | Between | Runs


@dataclass(frozen=True, slots=True)
class Literal:
    """The leaf gives this answer."""

    leaf: Leaf
    answer: bool


@dataclass(frozen=True, slots=True)
class Every:
    """All parts hold."""

    parts: frozenset[Formula]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part holds."""

    parts: frozenset[Formula]


Formula = bool | Literal | Every | Some


def formula(condition: Condition | None, answer: bool = True) -> Formula:
    """Where the condition gives this answer; no condition is always True."""
    match condition:
        case None:
            return answer
        case Not(part):
            return formula(part, not answer)
        case AllOf(parts) | AnyOf(parts):
            each = (formula(part, answer) for part in parts)
            return every(each) if isinstance(condition, AllOf) is answer else some(each)
        case _:
            return Literal(condition, answer)


def every(parts: Iterable[Formula]) -> Formula:
    """All of them, written as shortly as constants allow."""
    left = frozenset(part for part in parts if part is not True)
    if False in left:
        return False
    return next(iter(left)) if len(left) == 1 else Every(left) if left else True


def some(parts: Iterable[Formula]) -> Formula:
    """At least one of them, written as shortly as constants allow."""
    left = frozenset(part for part in parts if part is not False)
    if True in left:
        return True
    return next(iter(left)) if len(left) == 1 else Some(left) if left else False


def known(found: Formula, answers: Mapping[Leaf, Answer]) -> Formula:
    """The formula once these leaves have answered."""
    match found:
        case Literal(leaf, answer):
            return answers[leaf] is answer if leaf in answers else found
        case Every(parts):
            return _known(parts, answers, False, every)
        case Some(parts):
            return _known(parts, answers, True, some)
        case _:
            return found


def _known(
    parts: Iterable[Formula],
    answers: Mapping[Leaf, Answer],
    settles: bool,
    join: Callable[[Iterable[Formula]], Formula],
) -> Formula:
    """The parts joined again; most of them are settled by one part, and then the others are not looked at."""
    left = []
    for part in parts:
        after = known(part, answers)
        if after is settles:
            return settles
        left.append(after)
    return join(left)


def leaves(found: Formula) -> Iterator[Leaf]:
    """What the formula depends on."""
    match found:
        case Literal(leaf, _):
            yield leaf
        case Every(parts) | Some(parts):
            for part in parts:
                yield from leaves(part)
