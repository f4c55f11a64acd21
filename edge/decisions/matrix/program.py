"""What one experience still depends on, as signals become known one after the other.

A program is the experience's `where` and schedule, the entries of `choose` that may still be the first to match, and
the variants that may still be taken out. It is kept as short as what is known allows: two visitors of whom different
things are known, and to whom the same questions remain, have equal programs, and only one of them is followed further.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from edge.decisions.matrix.formula import Formula, Leaf, Literal, Runs, every, formula, known, leaves, some
from rules.glob import Glob
from rules.signals import UNKNOWN
from rules.values import Experience, Variant
from rules.when import Answer, Is, Like


@dataclass(frozen=True, slots=True)
class Program:
    """The questions that remain; without any, it is settled which entry counts and what that may show."""

    name: str
    here: Formula
    entries: tuple[tuple[int, Formula], ...]  # (1-based number, where it matches); nothing behind one that does
    without: tuple[tuple[str, Formula], ...]  # (variant, where it is taken out)

    def leaves(self) -> Iterator[Leaf]:
        """What it depends on."""
        for each in (self.here, *(found for _, found in (*self.entries, *self.without))):
            yield from leaves(each)


def program(experience: Experience) -> Program:
    """The program of an experience whose path and host are this page's."""
    asked = (
        some(Literal(Like(f"query.{name}", glob), True) for glob in globs if isinstance(glob, Glob))
        for name, globs in experience.where.query
    )
    return Program(
        experience.name,
        every((Literal(Runs(experience.window), True), *asked)),
        tuple((number, formula(entry.when)) for number, entry in enumerate(experience.choose, 1) if not entry.beside),
        tuple((name, _without(variant)) for name, variant in experience.variants.items()),
    )


def shortened(before: Program, answers: Mapping[Leaf, Answer], experience: Experience) -> Program:
    """The program once these leaves have answered."""
    here = known(before.here, answers)
    if here is False:
        return Program(before.name, False, (), ())
    entries: list[tuple[int, Formula]] = []
    for number, each in before.entries:
        found = known(each, answers)
        if found is not False:
            entries.append((number, found))
        if found is True:
            break
    shown = {variant for number, _ in entries for variant, _ in experience.choose[number - 1].shares}
    without = [(name, known(each, answers)) for name, each in before.without if name in shown]
    return Program(before.name, here, tuple(entries), tuple(each for each in without if each[1] is not False))


def _without(variant: Variant) -> Formula:
    """Where a variant is taken out: its `never_when` holds, or it has a blank that nobody can fill."""
    never = formula(variant.never_when) if variant.never_when is not None else False
    blanks = (name for name in variant.placeholders if "." in name)
    return some((never, *(Literal(Is(name, frozenset({UNKNOWN})), True) for name in blanks)))
