"""`everyone`: one winner for all."""

from __future__ import annotations

from math import exp, fsum, lgamma, sqrt
from typing import Any, Final

from online_models.policies.bandit import Bandit, Cell

RATE: Final = 0.03
"""The share of exposures with a reward, before anything is known."""
STEEPEST: Final = 5.0
"""The largest power of a success rate."""


class Everyone(Bandit):
    """Thompson sampling with a Beta distribution per arm, its probabilities worked out instead of sampled.

    An arm's prior is the average of all arms, worth a single reward: so a new arm begins as the others are.
    River's `proba.Beta` takes any reward but 0 for a whole one, cannot forget, and keeps a generator of random
    numbers per arm; two sums per arm are kept instead.

    Thompson: On the likelihood that one unknown probability exceeds another in view of the evidence of two samples
    (1933). Chapelle, Li: An empirical evaluation of Thompson sampling (2011).

    >>> policy = Everyone(["old", "new"])
    >>> for n in range(2000):
    ...     policy.learn((), ("old", "new")[n % 2], float(n % 4 == 0), 1e9 + n, 0.5)
    >>> from online_models.distribution import distribution
    >>> distribution(policy.model(), "everyone", (), ("old", "new"))
    (0.99, 0.01)
    """

    name = "everyone"

    sums: dict[str, list[float]]
    """Rewards and exposures per arm, older ones counting less."""

    def _begin(self) -> None:
        if not hasattr(self, "sums"):
            self.sums = {}
        for arm in self.arms:
            self._meet(arm)

    def _meet(self, arm: str) -> list[float]:
        return self.sums.setdefault(arm, list(self.priors.get(arm, (0.0, 0.0))))

    def _learn(self, cell: Cell, arm: str, reward: float, keep: float, p: float) -> None:  # noqa: ARG002  # others need them
        self._meet(arm)
        if keep < 1:
            for sums in self.sums.values():
                sums[0] *= keep
                sums[1] *= keep
        self.sums[arm][0] += reward
        self.sums[arm][1] += 1

    def numbers(self) -> dict[str, Any]:
        """Mean and standard deviation of each arm's worth, which is a power of its success rate.

        The power is the one that makes it nearly normal: the cube root where rewards are rare (Wilson, Hilferty: The
        distribution of chi-square, 1931), the rate itself at one half. The best arm is the best on any such scale.
        """
        rewards = fsum(rewards for rewards, _ in self.sums.values())
        exposures = fsum(exposures for _, exposures in self.sums.values())
        rate = (rewards + 1) / (exposures + 1 / RATE)
        power = min(1 - 2 * (1 - 2 * rate) / (3 * (1 - rate)), STEEPEST)
        weight = 1 / max(min(rate, 1 - rate), 1e-3)
        prior = (rate * weight, (1 - rate) * weight)
        arms = {arm: _worth(power, prior, *self.sums[arm]) for arm in self.arms}
        return {"arms": arms, "new": _worth(power, prior, 0.0, 0.0)}

    def _learned(self) -> Any:
        return self.sums

    def _resume(self, learned: Any) -> None:
        self.sums = {arm: [rewards, exposures] for arm, (rewards, exposures) in learned.items()}
        self._begin()


def _worth(power: float, prior: tuple[float, float], rewards: float, exposures: float) -> list[float]:
    successes, failures = prior[0] + rewards, prior[1] + max(exposures - rewards, 0.0)
    mean, square = _moment(successes, failures, power), _moment(successes, failures, 2 * power)
    return [round(mean, 7), round(sqrt(max(square - mean * mean, 1e-10)), 7)]


def _moment(a: float, b: float, power: float) -> float:
    """The mean of θ ** power where θ is Beta(a, b)."""
    return exp(lgamma(a + power) - lgamma(a) + lgamma(a + b) - lgamma(a + b + power))
