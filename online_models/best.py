"""How probable is it that this arm is the best of all?

Each arm's worth is known up to a normal distribution. The arm is the best with probability
∫ φ_a(z) · Π Φ_b(z) dz over all b ≠ a: that arm has worth z, and everyone else has less. The integral is taken in
slices of equal probability of the arm itself, so that a narrow arm and a wide one are both resolved.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erf, prod, sqrt
from statistics import NormalDist
from typing import Final

NODES: Final = 24
SLICES: Final = tuple(NormalDist().inv_cdf((place + 0.5) / NODES) for place in range(NODES))
ROOT: Final = sqrt(2)
SHARP: Final = 1e-9
"""Standard deviation of a worth that is certain."""
FAR: Final = 4.0
"""Standard deviations beyond which an arm is taken to be certain."""


def chances(means: Sequence[float], spreads: Sequence[float]) -> list[float]:
    """The probability of being best for each arm, from the means and standard deviations of their worths; sums to 1."""
    floor = max(mean - FAR * spread for mean, spread in zip(means, spreads, strict=True))
    arms = range(len(means))
    rivals = [arm for arm in arms if means[arm] + FAR * spreads[arm] >= floor]
    shares = [0.0] * len(means)
    for arm in rivals:
        shares[arm] = _wins(arm, rivals, means, spreads)
    total = sum(shares)
    return [share / total for share in shares] if total > 0 else [1 / len(means)] * len(means)


def _wins(arm: int, rivals: Sequence[int], means: Sequence[float], spreads: Sequence[float]) -> float:
    """How often this arm beats all rivals, times a factor that is the same for each arm."""
    mean, spread = means[arm], spreads[arm]
    scales = [(rival, 1 / (max(spreads[rival], SHARP) * ROOT)) for rival in rivals if rival != arm]
    lines = [((mean - means[rival]) * scale, spread * scale) for rival, scale in scales]
    return sum([prod([1 + erf(start + slope * node) for start, slope in lines]) for node in SLICES])
