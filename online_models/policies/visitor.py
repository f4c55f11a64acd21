"""`visitor`: what this kind of visitor likes, at this hour, in this place.

Thompson sampling over a Bayesian logistic regression (Chapelle and Li, 2011), with the probabilities worked out
instead of sampled.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import Any, ClassVar

from online_models.policies.bandit import Bandit, Cell
from online_models.policies.regression import OWN, Regression, Weight


class Visitor(Bandit):
    """Learns for each cell, and falls back to one winner for all where signals do not matter.

    Chapelle, Li: An empirical evaluation of Thompson sampling (2011).

    >>> policy = Visitor(["sun", "rain"], ["weather"])
    >>> for n in range(2000):
    ...     weather, arm = ("wet", "dry")[n % 2], ("sun", "rain")[n // 2 % 2]
    ...     policy.learn((weather,), arm, float((weather == "wet") == (arm == "rain")) * (n % 5 == 0), 1e9 + n, 0.5)
    >>> from online_models.distribution import distribution
    >>> distribution(policy.model(), "visitor", ("wet",), ("sun", "rain"))
    (0.01, 0.99)
    """

    name = "visitor"
    width: ClassVar[float] = 0.25
    """How much of the uncertainty about arms with values is played out; that about arms as such is, wholly."""

    regression: Regression

    def _begin(self) -> None:
        if not hasattr(self, "regression"):
            self.regression = Regression(len(self.signals))
        for arm in self.arms:
            self._meet(arm)

    def _meet(self, arm: str) -> None:
        pooled = tuple(map(sum, zip(*self.priors.values(), strict=True))) if self.priors else (0.0, 0.0)
        self.regression.meet(arm, self.priors.get(arm, (0.0, 0.0)), (pooled[0], pooled[1]))

    def _learn(self, cell: Cell, arm: str, reward: float, keep: float, p: float) -> None:  # noqa: ARG002  # others need p
        self._meet(arm)
        self.regression.learn(cell, arm, reward, keep)

    def numbers(self) -> dict[str, Any]:
        """Mean and variance of what each arm adds to the log-odds: by itself, and with each value of each signal.

        A value of which next to nothing is known is left out: it has the mean and the variance of one never seen.
        """
        regression = self.regression
        known = {name: regression.arms[name] for name in self.arms}
        own = {name: regression.own(arm) for name, arm in known.items()}
        by = {name: [self._by(*each) for each in enumerate(arm.by)] for name, arm in known.items()}
        arms = {name: [*_rounded(*own[name]), by[name]] for name in known}
        middle = fsum(mean for mean, _ in own.values()) / max(len(own), 1)
        unseen = [round(apart * self.width**2, 7) for apart in regression.apart]
        return {"arms": arms, "new": _rounded(middle, OWN), "unseen": unseen}

    def _by(self, signal: int, values: Mapping[str, Weight]) -> dict[str, list[float]]:
        found = {value: self.regression.by(signal, weight) for value, weight in values.items()}
        most = 0.99 * self.regression.apart[signal]
        told = {value: each for value, each in found.items() if each[1] < most}
        return {value: _rounded(mean, variance * self.width**2) for value, (mean, variance) in told.items()}

    def _learned(self) -> Any:
        return self.regression.plain()

    def _resume(self, learned: Any) -> None:
        self.regression = Regression.of(len(self.signals), learned)
        self._begin()


def _rounded(mean: float, variance: float) -> list[float]:
    return [round(mean, 4), round(variance, 7)]
