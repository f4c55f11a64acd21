"""From a snapshot's numbers to the probability of each arm, at the edge: pure Python, the same in every process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any, Final

from online_models.best import chances
from online_models.snapshot import Model

CAUTION: Final = 0.10
"""The share that `cautious` always spreads evenly."""


def distribution(model: Model | None, policy: str, cell: tuple[str, ...], arms: tuple[str, ...]) -> tuple[float, ...]:
    """The probability of each of these arms in this cell, in their order; sums to 1.

    Without a model, or with one of another policy, the shares are even.
    """
    if not arms:
        return ()
    if model is None or model.policy != policy or not model.numbers or len(arms) == 1:
        return (1 / len(arms),) * len(arms)
    shares = _SHARES[policy](model.numbers, cell, arms)
    return tuple(_floored(_capped(shares, model, arms), policy))


def _floored(shares: Sequence[float], policy: str) -> list[float]:
    k = len(shares)
    floor = CAUTION / k if policy == "cautious" else min(max(0.02 / k, 0.005), 1 / k)
    return [floor + (1 - k * floor) * share for share in shares]


def _capped(shares: Sequence[float], model: Model, arms: tuple[str, ...]) -> Sequence[float]:
    """New arms get at most min(1/2, 2/K); what they lose goes to the others in proportion."""
    k = len(arms)
    cap = min(1 / 2, 2 / k)
    young = [arm in model.young or arm not in model.arms for arm in arms]
    if all(young):
        return shares
    cut = [min(share, cap) if new else share for share, new in zip(shares, young, strict=True)]
    spare = 1 - sum(cut)
    old = sum(share for share, new in zip(cut, young, strict=True) if not new)
    if old <= 0:
        rest = k - sum(young)
        return [share if new else share + spare / rest for share, new in zip(cut, young, strict=True)]
    return [share if new else share * (1 + spare / old) for share, new in zip(cut, young, strict=True)]


def _visitor(numbers: Mapping[str, Any], cell: tuple[str, ...], arms: tuple[str, ...]) -> list[float]:
    known, width, unseen = numbers["arms"], numbers["width"], numbers["unseen"]
    means, spreads = [], []
    for arm in arms:
        mean, variance, *by = known.get(arm, numbers["new"])
        for weights, value in zip(by, cell, strict=False):
            weight = weights.get(value)
            mean += weight[0] if weight else 0.0
            variance += weight[1] if weight else unseen
        means.append(mean)
        spreads.append(width * sqrt(variance))
    return chances(means, spreads)


def _everyone(numbers: Mapping[str, Any], cell: tuple[str, ...], arms: tuple[str, ...]) -> list[float]:
    known = [numbers["arms"].get(arm, numbers["new"]) for arm in arms]
    return chances([mean for mean, _ in known], [spread for _, spread in known])


def _even(numbers: Mapping[str, Any], cell: tuple[str, ...], arms: tuple[str, ...]) -> list[float]:
    return [1 / len(arms)] * len(arms)


def _greedy(numbers: Mapping[str, Any], cell: tuple[str, ...], arms: tuple[str, ...]) -> list[float]:
    means = [numbers["arms"].get(arm, numbers["new"]) for arm in arms]
    best = [mean == max(means) for mean in means]
    return [numbers["explore"] / len(arms) + (1 - numbers["explore"]) * top / sum(best) for top in best]


def _gap(numbers: Mapping[str, Any], cell: tuple[str, ...], arms: tuple[str, ...]) -> list[float]:
    means = [numbers["arms"].get(arm, numbers["new"]) for arm in arms]
    top = means.index(max(means))
    shares = [1 / (len(arms) + numbers["gamma"] * (means[top] - mean)) for mean in means]
    shares[top] = 0.0
    shares[top] = 1 - sum(shares)
    return shares


_SHARES: Final = {
    "visitor": _visitor,
    "cautious": _visitor,
    "rules": _visitor,
    "everyone": _everyone,
    "even": _even,
    "greedy": _greedy,
    "gap": _gap,
}
