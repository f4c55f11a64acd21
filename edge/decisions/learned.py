"""What was learned, as shares of the buckets in play.

The distribution of a cell comes from the numbers of the snapshot alone, so whoever has the snapshot, the cell and the
variants finds the same shares again. They become whole counts here, as all shares do (see `rules.draw`), with two more
rules: the smallest share is rounded up, since a floor that rounds to nothing would end what is learned of a variant;
and the share of a young variant is not rounded up beyond its cap. What was worked out is kept with the edition, and
goes when another snapshot comes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

from edge.decisions.cell import Cell, cell
from edge.edition import Edition
from online_models.distribution import cap, distribution
from online_models.snapshot import Model
from rules.choose import Shares
from rules.draw import Counts
from rules.signals import Signals
from rules.values import Entry

_NEAR: Final = 1e-9
"""What floating point may be off by."""


@dataclass(frozen=True, slots=True)
class Odds:
    """Shares as whole counts of the buckets in play."""

    counted: Counts
    distribution: Mapping[str, float]
    only: str | None  # the variant that has them all, if one does


@dataclass(frozen=True, slots=True)
class Lesson:
    """What one exposure is learned into: a model, by its key, and a cell of it."""

    model: str
    policy: str
    cell: Cell


def lesson(experience: str, entry: Entry, signals: Signals, edition: Edition) -> Lesson:
    """What an entry of an experience, one that learns, hears of a visitor."""
    key, asked = entry.model(experience), entry.asked
    model = _model(edition, key)
    return Lesson(key, entry.policy, cell(asked, signals, model.values if model else ()) if asked else ())


def odds(taught: Lesson, shares: Shares, play: int, edition: Edition) -> Odds:
    """The shares of the variants that may be shown, in their order: the edition remembers those of many cells."""
    key = (taught.model, taught.cell, shares, play)
    try:
        found: Odds = edition.remembered[key]
    except KeyError:
        model, arms = _model(edition, taught.model), tuple(name for name, _ in shares)
        found = edition.remembered[key] = dealt(model, taught.policy, taught.cell, arms, play)
    return found


def dealt(model: Model | None, policy: str, cell: Cell, arms: tuple[str, ...], play: int) -> Odds:
    """The distribution of a cell as whole counts of `play` buckets: the same in every process."""
    exact = [p * play for p in distribution(model, policy, cell, arms)]
    new, most = young(model, policy, arms), cap(len(arms)) * play
    counts = rounded(exact, play, [arm in new and share + 1 > most for arm, share in zip(arms, exact, strict=True)])
    counted = tuple(zip(arms, counts, strict=True))
    only = next((name for name, count in counted if count == play), None)
    return Odds(counted, {name: count / play for name, count in counted}, only)


def young(model: Model | None, policy: str, arms: Sequence[str]) -> frozenset[str]:
    """The variants whose share is capped: of so few exposures that much may still be chance."""
    if model is None or model.policy != policy:
        return frozenset()
    return frozenset(arm for arm in arms if arm in model.young or arm not in model.arms)


def rounded(exact: Sequence[float], whole: int, capped: Sequence[bool]) -> list[int]:
    """Whole numbers that sum to `whole`, as near to the exact ones as may be: largest remainder, ties to the first.

    The smallest is rounded up where there is room for it, and so is what would fall below it. Those that are capped are
    rounded up after all others.
    """
    least = min(ceil(min(exact) - _NEAR), whole // len(exact))
    rest = [max(share - least, 0.0) for share in exact]
    left, total = whole - least * len(exact), sum(rest)
    rest = [share * left / total for share in rest] if total > _NEAR else [left / len(exact)] * len(exact)
    parts = [floor(share + _NEAR) for share in rest]
    order = sorted(range(len(rest)), key=lambda at: (capped[at], round(parts[at] - rest[at], 9)))
    for at in order[: left - sum(parts)]:
        parts[at] += 1
    return [least + part for part in parts]


def _model(edition: Edition, key: str) -> Model | None:
    return edition.snapshot.models.get(key) if edition.snapshot is not None else None
