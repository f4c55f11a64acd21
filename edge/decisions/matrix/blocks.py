"""Experiences that have nothing to do with each other, told from all combinations of their variants.

Thirty-six combinations say little; that any of four goes with any of three and any of three says the same in ten lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import prod

from edge.decisions.matrix.matrix import Shown


def blocks(found: Sequence[Shown]) -> list[tuple[str, ...]]:
    """The experiences in groups, so that the combinations are exactly those of any of one group with any of the others.

    In the order in which they first stand in a combination. One that is not met at all counts as one more variant.
    """
    rows = [dict(shown) for shown in found]
    names = list(dict.fromkeys(name for row in rows for name in row))
    groups = [{name} for name in names]
    for one, other in combinations(names, 2):
        if _count(rows, (one, other)) != _count(rows, (one,)) * _count(rows, (other,)):
            near = [group for group in groups if one in group or other in group]
            groups = [*(group for group in groups if group not in near), set[str]().union(*near)]
    if prod(_count(rows, group) for group in groups) != len(found):
        return [tuple(names)]
    return sorted((tuple(sorted(group, key=names.index)) for group in groups), key=lambda group: names.index(group[0]))


def part(shown: Shown, names: Sequence[str]) -> Shown:
    """What a combination says of some experiences."""
    return tuple(pair for pair in shown if pair[0] in names)


def _count(rows: Sequence[dict[str, str]], names: Sequence[str] | set[str]) -> int:
    """How many combinations there are of some experiences alone."""
    return len({tuple(row.get(name) for name in names) for row in rows})
