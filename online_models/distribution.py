"""From a snapshot's numbers to the probability of each arm: pure Python, the same in every process.

What a policy wants comes first. Then new arms are capped, so that a handful of lucky visits cannot take a page over,
and the floor is mixed in, so that nothing is ever given up for good and every probability can be divided by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, sqrt
from typing import Any, Final

from online_models.best import chances
from online_models.snapshot import Model

CAUTION: Final = 0.10
"""The share of visits that `cautious` always spreads evenly."""
FLOOR: Final = 0.02
"""The share of visits that all others always spread evenly."""
LEAST: Final = 0.005
"""An arm's share at least, where there are many."""

_TRACE: Final = 1e-12
"""What arms without any share have, so that they can be given more in proportion to it."""
_NEAR: Final = 1e-9
"""What floating point may be off by."""

Cell = tuple[str, ...]
Arms = tuple[str, ...]
Numbers = Mapping[str, Any]


def distribution(model: Model | None, policy: str, cell: Cell, arms: Arms) -> tuple[float, ...]:
    """The probability of each of these arms in this cell, in their order; sums to 1.

    Without a model, or with one of another policy, all arms have the same. An arm that the model does not know is a new
    one. Each has at least max(2 % / K, 0.5 %) where K arms may be shown (with `cautious` 10 % / K), and a young one at
    most min(1/2, 2/K).
    """
    k = len(arms)
    if k < 2 or model is None or model.policy != policy or policy == "even":
        return (1 / k,) * k if k else ()
    young = [arm in model.young or arm not in model.arms for arm in arms]
    floor = min(max((CAUTION if policy == "cautious" else FLOOR) / k, LEAST), 1 / k)
    shares = _SHARES[policy](model.numbers, cell, arms)
    if any(young) and k * floor < 1:
        most = (cap(k) - floor) / (1 - k * floor)
        shares = _capped(shares, [most if new else 1.0 for new in young])
    return tuple([floor + (1 - k * floor) * share for share in shares])


def cap(k: int) -> float:
    """What a young arm has at most where `k` arms may be shown; all may be young, since k such shares are 1 or more."""
    return min(1 / 2, 2 / k)


def _capped(shares: Sequence[float], most: Sequence[float]) -> list[float]:
    """What arms have beyond their most goes to the others in proportion, until none has more; all mosts fill 1."""
    full = [False] * len(shares)
    while True:
        left = 1 - sum(limit for limit, at in zip(most, full, strict=True) if at)
        free = sum(share + _TRACE for share, at in zip(shares, full, strict=True) if not at)
        grown = [
            limit if at else (share + _TRACE) * left / free for share, limit, at in zip(shares, most, full, strict=True)
        ]
        over = [share > limit + _NEAR for share, limit in zip(grown, most, strict=True)]
        if not any(over):
            return grown
        full = [one or other for one, other in zip(full, over, strict=True)]


def _visitor(numbers: Numbers, cell: Cell, arms: Arms) -> list[float]:
    means, variances = _worths(numbers, cell, arms)
    return chances(means, [sqrt(variance) for variance in variances])


def _worths(numbers: Numbers, cell: Cell, arms: Arms) -> tuple[list[float], list[float]]:
    """Mean and variance of what each arm adds to the log-odds."""
    known, unseen = numbers["arms"], numbers["unseen"]
    means, variances = [], []
    for arm in arms:
        mean, variance, by = known[arm] if arm in known else (*numbers["new"], ())
        for signal, value in enumerate(cell[: len(unseen)]):
            weight = by[signal].get(value) if by else None
            if weight is None:
                variance += unseen[signal]
            else:
                mean += weight[0]
                variance += weight[1]
        means.append(mean)
        variances.append(variance)
    return means, variances


def _everyone(numbers: Numbers, _cell: Cell, arms: Arms) -> list[float]:
    known = [numbers["arms"].get(arm, numbers["new"]) for arm in arms]
    return chances([mean for mean, _ in known], [spread for _, spread in known])


def _greedy(numbers: Numbers, cell: Cell, arms: Arms) -> list[float]:
    means, _ = _worths(numbers, cell, arms)
    best = [mean == max(means) for mean in means]
    explore = numbers["explore"]
    return [explore / len(arms) + (1 - explore) * top / sum(best) for top in best]


def _gap(numbers: Numbers, cell: Cell, arms: Arms) -> list[float]:
    means, _ = _worths(numbers, cell, arms)
    common = numbers["overall"] + sum(by.get(value, 0.0) for by, value in zip(numbers["shared"], cell, strict=False))
    rates = [1 / (1 + exp(-min(max(common + mean, -30.0), 30.0))) for mean in means]
    best, k = max(rates), len(arms)
    shares = [1 / (k + numbers["gamma"] * (best - rate)) for rate in rates]
    tops = [rate == best for rate in rates]
    behind = sum(share for share, top in zip(shares, tops, strict=True) if not top)
    return [(1 - behind) / sum(tops) if top else share for share, top in zip(shares, tops, strict=True)]


_SHARES: Final[Mapping[str, Callable[[Numbers, Cell, Arms], list[float]]]] = {
    "visitor": _visitor,
    "everyone": _everyone,
    "cautious": _visitor,
    "rules": _visitor,
    "greedy": _greedy,
    "gap": _gap,
}
