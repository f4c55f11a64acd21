"""The search: which programs can come out together, and a visitor for each.

Signals are taken one after the other. A state is what all programs look like when some signals are known; each case of
the next signal makes a state of it, and states that are equal are one, whoever led there. So the work grows with the
number of different situations that the rules can tell apart, and not with the product of all values of all signals
(which is how decision diagrams are built: Bryant, 1986, "Graph-based algorithms for boolean function manipulation").
Experiences that ask for no signal in common are searched apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from edge.decisions.matrix.case import Case
from edge.decisions.matrix.formula import Leaf
from edge.decisions.matrix.program import Program, shortened
from rules.signals import Signals
from rules.values import Experience

MOST_STATES: Final = 10_000
"""Situations that are followed at once; where there are more, the answer is that there are too many."""

Programs = tuple[Program, ...]
Parts = Sequence[Sequence[Case]]


@dataclass(frozen=True, slots=True)
class Settled:
    """Programs of which nothing is left to ask, and signals that make them so."""

    programs: Programs
    signals: Signals


def settle(
    programs: Programs, parts: Sequence[Sequence[Case]], named: Mapping[str, Experience]
) -> list[Settled] | None:
    """Every way in which these programs can come out together, once each; None when there are too many."""
    states: dict[Programs, tuple[Case, ...]] = {programs: ()}
    for part in parts:
        after: dict[Programs, tuple[Case, ...]] = {}
        shorter = _Shorter(named)
        for state, path in states.items():
            for place, case in enumerate(part):
                after.setdefault(tuple(shorter(each, place, case) for each in state), (*path, case))
            if len(after) > MOST_STATES:
                return None
        states = after
    return [Settled(state, _together(path)) for state, path in states.items()]


class _Shorter:
    """Shortens programs, each with each case once."""

    def __init__(self, named: Mapping[str, Experience]) -> None:
        self._named = named
        self._known: dict[tuple[Program, int], Program] = {}

    def __call__(self, program: Program, place: int, case: Case) -> Program:
        key = (program, place)
        if key not in self._known:
            self._known[key] = shortened(program, case.answers, self._named[program.name])
        return self._known[key]


def _together(path: tuple[Case, ...]) -> Signals:
    return reduce(lambda found, case: {**found, **case.signals}, path, {})


def apart(programs: Programs, parts: Parts) -> Iterator[tuple[Programs, Parts]]:
    """The programs in groups that have no signal in common, each with its parts of the signals."""
    left = [(program, _asked(program, parts)) for program in programs]
    while left:
        group, left = [left[0]], left[1:]
        asked = set(group[0][1])
        while near := [each for each in left if asked & each[1]]:
            group += near
            left = [each for each in left if each not in near]
            asked = asked.union(*(each[1] for each in near))
        yield tuple(program for program, _ in group), [parts[number] for number in sorted(asked)]


def _asked(program: Program, parts: Parts) -> frozenset[int]:
    wanted: set[Leaf] = set(program.leaves())
    return frozenset(number for number, part in enumerate(parts) if part and wanted & part[0].answers.keys())
