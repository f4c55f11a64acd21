"""`greedy`: what looks best, and now and then anything."""

from __future__ import annotations

from typing import Any, Final

from online_models.policies.visitor import Visitor

EXPLORE: Final = 0.1
"""The share of visits that are spread evenly."""


class Greedy(Visitor):
    """ε-greedy for experts: nine visits in ten see what looks best in their cell, ties being split evenly.

    Sutton, Barto: Reinforcement Learning, section 2.2 (1998).

    >>> policy = Greedy(["old", "new"])
    >>> from online_models.distribution import distribution
    >>> distribution(policy.model(), "greedy", (), ("old", "new"))
    (0.5, 0.5)
    >>> for n in range(2000):
    ...     policy.learn((), ("old", "new")[n % 2], float(n % 4 == 0), 1e9 + n, 0.5)
    >>> [round(p, 4) for p in distribution(policy.model(), "greedy", (), ("old", "new"))]
    [0.941, 0.059]
    """

    name = "greedy"

    def numbers(self) -> dict[str, Any]:
        """Those of `visitor`, and the share that explores."""
        return super().numbers() | {"explore": EXPLORE}
