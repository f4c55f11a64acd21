"""What the rules of an edition ask of a request: only that is worked out for each visitor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rules.values import Experience, RuleSet
from rules.when import AllOf, AnyOf, Between, Condition, Is, Like, Not


@dataclass(frozen=True, slots=True)
class Wanted:
    """The signals that the rules mention, and the languages, both in a fixed order."""

    signals: frozenset[str]
    languages: tuple[str, ...]


def wanted(rules: RuleSet) -> Wanted:
    """What these rules mention anywhere: in a condition, in `from`, in a placeholder."""
    leaves = [leaf for x in rules.experiences for condition in _conditions(x) for leaf in _leaves(condition)]
    names = {leaf.signal for leaf in leaves}
    for experience in rules.experiences:
        names.update(name for entry in experience.choose for name in entry.signals)
        placeholders = (name for variant in experience.variants.values() for name in variant.placeholders)
        names.update(name for name in placeholders if "." in name)  # the others are caught by `where`
    languages = {
        value
        for leaf in leaves
        if isinstance(leaf, Is) and leaf.signal == "language"
        for value in leaf.values
        if isinstance(value, str)
    }
    return Wanted(frozenset(names), tuple(sorted(languages)))


def _conditions(experience: Experience) -> Iterator[Condition]:
    for entry in experience.choose:
        if entry.when is not None:
            yield entry.when
    for variant in experience.variants.values():
        if variant.never_when is not None:
            yield variant.never_when


def _leaves(condition: Condition) -> Iterator[Is | Like | Between]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _leaves(part)
    elif isinstance(condition, Not):
        yield from _leaves(condition.part)
    else:
        yield condition
