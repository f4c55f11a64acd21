"""`cautious`: as `visitor`, and it keeps trying what it takes for worse."""

from __future__ import annotations

from online_models.policies.visitor import Visitor


class Cautious(Visitor):
    """Plays out twice as much of what it does not know as `visitor`, and always spreads a tenth of the visits evenly.

    Chapelle, Li: An empirical evaluation of Thompson sampling (2011).

    >>> policy = Cautious(["old", "new"])
    >>> for n in range(4000):
    ...     policy.learn((), ("old", "new")[n % 2], float(n % 4 == 0), 1e9 + n, 0.5)
    >>> from online_models.distribution import distribution
    >>> [round(p, 4) for p in distribution(policy.model(), "cautious", (), ("old", "new"))]
    [0.95, 0.05]
    """

    name = "cautious"
    width = 0.5
