"""`rules`: the rules decide, the model learns beside them."""

from __future__ import annotations

from typing import Any, Final

from river import stats

from online_models.policies.bandit import Cell
from online_models.policies.visitor import Visitor

LEAST: Final = 0.05
"""A row of a smaller probability counts as one of this, so that a single one cannot decide the estimate."""


class Apprentice(Visitor):
    """Learns as `visitor` does, from what the rules show, and reports how it would have done in their place.

    `agreement` is the share of exposures whose variant was the one it would have favoured. `value` is the mean reward
    it expects of its own favourites, corrected by what followed where the rules showed them (doubly robust: Dudík,
    Langford, Li: Doubly robust policy evaluation and learning, 2011); `rewards` is the mean reward of the rules. Each
    row is judged before it is learned. Where the rules never show a favourite, the value is the model's word alone.

    >>> policy = Apprentice(["old", "new"])
    >>> for n in range(2000):
    ...     policy.learn((), ("old", "new")[n % 2], float(n % 4 == 0), 1e9 + n, 0.5)
    >>> policy.numbers()["agreement"] > 0.4, policy.numbers()["value"] > policy.numbers()["rewards"]
    (True, True)
    """

    name = "rules"

    agreed: stats.Mean
    worth: stats.Mean
    earned: stats.Mean

    def _begin(self) -> None:
        super()._begin()
        if not hasattr(self, "agreed"):
            self.agreed, self.worth, self.earned = stats.Mean(), stats.Mean(), stats.Mean()

    def _learn(self, cell: Cell, arm: str, reward: float, keep: float, p: float) -> None:
        self._meet(arm)
        expected = {name: self.regression.expects(cell, name) for name in (self.arms or (arm,))}
        favourite = max(expected, key=lambda name: expected[name])
        surprise = (reward - expected[arm]) / max(p, LEAST) if arm == favourite else 0.0
        self.agreed.update(float(arm == favourite))
        self.worth.update(expected[favourite] + surprise)
        self.earned.update(reward)
        super()._learn(cell, arm, reward, keep, p)

    def numbers(self) -> dict[str, Any]:
        """Those of `visitor`, and what it reports."""
        found = super().numbers()
        if self.agreed.n:
            value = min(max(self.worth.get(), 0.0), 1.0)
            found |= {"agreement": round(self.agreed.get(), 4), "value": round(value, 6)}
            found |= {"rewards": round(self.earned.get(), 6)}
        return found

    def _learned(self) -> Any:
        told = [[mean.n, mean.get()] for mean in (self.agreed, self.worth, self.earned)]
        return [super()._learned(), told]

    def _resume(self, learned: Any) -> None:
        regression, told = learned
        super()._resume(regression)
        for mean, (n, value) in zip((self.agreed, self.worth, self.earned), told, strict=True):
            mean.n, mean._mean = n, value
