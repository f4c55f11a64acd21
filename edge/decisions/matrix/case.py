"""Signals that are known together, and the cases in which the rules tell them apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from edge.decisions.matrix.formula import Leaf
from edge.decisions.matrix.moment import CLOCK, Clock, moments
from edge.decisions.matrix.values import candidates, regions
from rules.signals import UNKNOWN, Signals, Value
from rules.vocabulary import Own
from rules.when import Answer, Is

_MOMENT: Final = "at"
_PLACE: Final = frozenset({"country", "region"})


@dataclass(frozen=True, slots=True)
class Case:
    """Some signals with values, and what the leaves about them answer."""

    signals: Signals
    answers: Mapping[Leaf, Answer]


def cases(leaves: Iterable[Leaf], known: Signals, clock: Clock, own: Own) -> list[list[Case]]:
    """For each part of the signals that does not depend on the others, all its cases; first that of what is known."""
    parts: dict[str, dict[Leaf, None]] = defaultdict(dict)
    for leaf in leaves:
        parts[_part(leaf.signal)][leaf] = None
    return [
        _told_apart((*_as_known(name, asked, known), *_signals(name, list(asked), clock, own)), list(asked))
        for name, asked in parts.items()
    ]


def _part(name: str) -> str:
    """The name of what a signal is known with: clock and calendar, country and region, a parameter by both names."""
    if name in CLOCK:
        return _MOMENT
    if name in _PLACE:
        return "region"
    return f"query.utm_{name.removeprefix('utm.')}" if name.startswith("utm.") else name


def _as_known(name: str, asked: Iterable[Leaf], known: Signals) -> Iterator[Signals]:
    """The signals as they are where nobody says otherwise: the least to say."""
    if name not in (_MOMENT, "region"):
        for signal in dict.fromkeys(leaf.signal for leaf in asked):
            yield parameter(name, known.get(signal, UNKNOWN))


def _told_apart(found: Iterable[Signals], leaves: Sequence[Leaf]) -> list[Case]:
    """The first signals for each answer that the leaves give together."""
    different: dict[tuple[Answer, ...], Case] = {}
    for signals in found:
        answers = tuple(leaf.holds(signals) for leaf in leaves)
        if answers not in different:
            different[answers] = Case(signals, dict(zip(leaves, answers, strict=True)))
    return list(different.values())


def _signals(name: str, leaves: Sequence[Leaf], clock: Clock, own: Own) -> Iterator[Signals]:
    if name == _MOMENT:
        yield from moments(leaves, clock)
    elif name == "region":
        yield from _places(leaves, own)
    else:
        for value in candidates(name, leaves, own):
            yield parameter(name, value)


def parameter(name: str, value: Value) -> Signals:
    """A signal, and its other name where it is a campaign's parameter."""
    family, _, rest = name.partition(".")
    if family == "utm":
        return {name: value, f"query.utm_{rest}": value}
    if family == "query" and rest.startswith("utm_"):
        return {name: value, f"utm.{rest.removeprefix('utm_')}": value}
    return {name: value}


def _places(leaves: Sequence[Leaf], own: Own) -> Iterator[Signals]:
    asked = {leaf.signal for leaf in leaves}
    about = {name: [leaf for leaf in leaves if leaf.signal == name] for name in ("country", "region")}
    if len(asked) == 1:
        name = asked.pop()
        yield from ({name: value} for value in candidates(name, about[name], own))
        return
    named = sorted(
        {str(value) for leaf in about["region"] if isinstance(leaf, Is) for value in leaf.values} - {UNKNOWN}
    )
    for country, region in regions(candidates("country", about["country"], own), named):
        yield {"country": country, "region": region}
