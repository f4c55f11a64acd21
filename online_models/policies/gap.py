"""`gap`: the further an arm seems behind, the less it is shown."""

from __future__ import annotations

from math import sqrt
from typing import Any, Final

from online_models.policies.regression import GUESS
from online_models.policies.visitor import Visitor

STEEP: Final = 10.0
"""How fast shares fall with the gap; it grows with the root of what is known."""


class Gap(Visitor):
    """Inverse gap weighting (SquareCB) for experts: an arm's share is 1 / (K + γ · its gap to the best).

    Foster, Rakhlin: Beyond UCB: optimal and efficient contextual bandits with regression oracles (2020).

    >>> policy = Gap(["old", "new"])
    >>> for n in range(2000):
    ...     policy.learn((), ("old", "new")[n % 2], float(n % 4 == 0), 1e9 + n, 0.5)
    >>> from online_models.distribution import distribution
    >>> [round(p, 2) for p in distribution(policy.model(), "gap", (), ("old", "new"))]
    [0.99, 0.01]
    """

    name = "gap"

    def numbers(self) -> dict[str, Any]:
        """Those of `visitor`, the log-odds that all arms share, and γ."""
        regression, scale = self.regression, self.regression.scale
        by = [
            {value: round(regression.common(weight), 5) for value, weight in values.items() if weight[1] > 0.01 * scale}
            for values in regression.shared
        ]
        overall = round(GUESS + regression.level(), 5)
        return super().numbers() | {"overall": overall, "shared": by, "gamma": round(STEEP * sqrt(max(self._n, 1)), 3)}
