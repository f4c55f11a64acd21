"""How likely a reward is, for each arm and context: logistic regression whose weights are known up to a normal.

The log-odds of a reward are a sum of weights: one for all; one for each value of each signal, whatever the arm; one
for the arm; one for the arm together with each value. Only the last two kinds tell arms apart; the others explain the
clicks of busy hours and eager visitors, which would be noise otherwise.

Every weight has a normal posterior of its own. A row moves the sum of its weights as Bayes would (assumed-density
filtering; the logistic function of a normal is taken as σ(κμ), MacKay 1992), and each weight takes the part of the
move that its own uncertainty is of the whole. What the data say of a weight is kept apart from its prior, as precision
and precision × mean, and two things follow. Forgetting is one multiplication: of both, and the prior stays. And the
prior may be revised: how far the values of a signal set arms apart is itself estimated (empirical Bayes), for each
signal on its own, so that a signal that does not matter soon weighs nothing, and where none does what is left is one
winner for all.

Graepel, Quiñonero Candela, Borchert, Herbrich: Web-scale Bayesian click-through rate prediction (2010).
MacKay: The evidence framework applied to classification networks (1992).
Chapelle, Li: An empirical evaluation of Thompson sampling (2011), whose narrower posteriors are taken over, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from math import exp, fsum, log, pi, sqrt
from typing import Any, Final

from online_models.policies.bandit import Counts

Weight = list[float]
"""What the data say of a weight: precision × mean, and precision; both times `Regression.scale`."""

GUESS: Final = -3.5
"""Log-odds of a reward before anything is known: three in a hundred."""
OVERALL, SHARED, OWN, APART = 1.0, 0.05, 0.1, 0.02
"""Prior variances: of the weight for all, of a value's, of an arm's, of an arm's with a value (which is revised)."""
TRUST: Final = 5.0
"""How many weights' worth of evidence the prior guess of `APART` is."""
OFTEN: Final = 250
"""Rows after which the prior variances are revised."""
VALUES: Final = 256
"""Values of a signal that have weights; any further one has none."""
STEEP: Final = 30.0
"""Log-odds beyond which a reward is certain."""


@dataclass(slots=True)
class Arm:
    """The weights that tell this arm from the others."""

    centre: float  # prior mean of its own weight: the average of the others when it came
    own: Weight
    by: list[dict[str, Weight]]  # for each signal, by value


@dataclass(slots=True)
class Regression:
    """All weights, for so many signals."""

    signals: int
    overall: Weight = field(default_factory=lambda: [0.0, 0.0])
    shared: list[dict[str, Weight]] = field(default_factory=list)
    arms: dict[str, Arm] = field(default_factory=dict)
    apart: list[float] = field(default_factory=list)  # for each signal, the prior variance of an arm's weights by value
    scale: float = 1.0  # what new rows count, when the first one counted 1: forgetting makes the new ones grow
    rows: int = 0

    def __post_init__(self) -> None:
        self.shared = self.shared or [{} for _ in range(self.signals)]
        self.apart = self.apart or [APART] * self.signals

    def meet(self, arm: str, prior: Counts, pooled: Counts) -> None:
        """An arm that comes: it begins as the average of the others, with what is known of it from before."""
        if arm in self.arms:
            return
        own = [self.own(known)[0] for known in self.arms.values()]
        centre = fsum(own) / len(own) if own else 0.0
        mean, precision = _counted(prior)
        ahead = mean - _counted(pooled)[0] - centre
        self.arms[arm] = Arm(
            centre, [ahead * precision * self.scale, precision * self.scale], [{} for _ in range(self.signals)]
        )

    def own(self, arm: Arm) -> tuple[float, float]:
        """Mean and variance of an arm's own weight."""
        variance = 1 / (1 / OWN + arm.own[1] / self.scale)
        return arm.centre + arm.own[0] / self.scale * variance, variance

    def by(self, signal: int, weight: Weight) -> tuple[float, float]:
        """Mean and variance of an arm's weight for a value of this signal."""
        variance = 1 / (1 / self.apart[signal] + weight[1] / self.scale)
        return weight[0] / self.scale * variance, variance

    def level(self) -> float:
        """Mean of the weight for all."""
        return self.overall[0] / self.scale / (1 / OVERALL + self.overall[1] / self.scale)

    def common(self, weight: Weight) -> float:
        """Mean of a value's weight, whatever the arm."""
        return weight[0] / self.scale / (1 / SHARED + weight[1] / self.scale)

    def expects(self, cell: tuple[str, ...], arm: str) -> float:
        """The probability of a reward."""
        mean, variance, _ = self._sum(self._active(cell, self.arms[arm]), self.arms[arm].centre)
        return _share(mean / sqrt(1 + pi * variance / 8))

    def learn(self, cell: tuple[str, ...], arm: str, reward: float, keep: float) -> None:
        """One row; of what was learned before the share `keep` remains."""
        self._forget(keep)
        known = self.arms[arm]
        active = self._active(cell, known)
        mean, variance, parts = self._sum(active, known.centre)
        damp = 1 / sqrt(1 + pi * variance / 8)
        chance = _share(damp * mean)
        _move(active, parts, damp * (reward - chance), damp * damp * chance * (1 - chance), self.scale)
        self.rows += 1
        if self.rows % OFTEN == 0:
            self._revise()

    def _active(self, cell: tuple[str, ...], arm: Arm) -> list[tuple[Weight, float]]:
        """The weights that a row adds up, each with the precision of its prior."""
        active = [(self.overall, 1 / OVERALL), (arm.own, 1 / OWN)]
        for value, shared, own, apart in zip(cell, self.shared, arm.by, self.apart, strict=False):
            weight = shared.get(value)
            if weight is None:
                if len(shared) >= VALUES:
                    continue
                weight = shared[value] = [0.0, 0.0]
            active.append((weight, 1 / SHARED))
            weight = own.get(value)
            if weight is None:
                weight = own[value] = [0.0, 0.0]
            active.append((weight, 1 / apart))
        return active

    def _sum(self, active: list[tuple[Weight, float]], centre: float) -> tuple[float, float, list[tuple[float, float]]]:
        """Mean and variance of the log-odds, and those of each weight."""
        mean, variance, share, parts = GUESS + centre, 0.0, 1 / self.scale, []
        for weight, prior in active:
            own = 1 / (prior + weight[1] * share)
            part = weight[0] * share * own
            mean += part
            variance += own
            parts.append((part, own))
        return mean, variance, parts

    def _forget(self, keep: float) -> None:
        self.scale /= max(keep, 1e-12)
        if self.scale > 1e6:
            for weight in self.weights():
                weight[0] /= self.scale
                weight[1] /= self.scale
            self.scale = 1.0

    def _revise(self) -> None:
        for signal in range(self.signals):
            known = [self.by(signal, weight) for arm in self.arms.values() for weight in arm.by[signal].values()]
            total = fsum(mean * mean + variance for mean, variance in known)  # whatever the order
            self.apart[signal] = min(max((TRUST * APART + total) / (TRUST + len(known)), 1e-4), 1.0)

    def weights(self) -> Iterator[Weight]:
        """All of them."""
        yield self.overall
        for values in chain(self.shared, *(arm.by for arm in self.arms.values())):
            yield from values.values()
        for arm in self.arms.values():
            yield arm.own

    def plain(self) -> list[Any]:
        """All of it, as JSON."""
        arms = {name: [arm.centre, arm.own, arm.by] for name, arm in self.arms.items()}
        return [self.overall, self.shared, arms, self.apart, self.scale, self.rows]

    @classmethod
    def of(cls, signals: int, plain: Iterable[Any]) -> Regression:
        """The one that this JSON was made of."""
        overall, shared, arms, apart, scale, rows = plain
        return cls(signals, overall, shared, {name: Arm(*arm) for name, arm in arms.items()}, apart, scale, rows)


def _move(
    active: list[tuple[Weight, float]], parts: list[tuple[float, float]], slope: float, bend: float, scale: float
) -> None:
    """Each weight's posterior, given the slope and the bend of the row's log-likelihood in the sum."""
    for (weight, prior), (mean, variance) in zip(active, parts, strict=True):
        precision = 1 / (variance - variance * variance * bend)
        weight[0] = (mean + variance * slope) * precision * scale
        weight[1] = max(precision - prior, 0.0) * scale


def _counted(counts: Counts) -> tuple[float, float]:
    """Log-odds and their precision, from rewards in exposures."""
    rewards, exposures = counts
    if exposures <= 0:
        return GUESS, 0.0
    share = (rewards + 0.5) / (exposures + 1)
    return log(share / (1 - share)), exposures * share * (1 - share)


def _share(odds: float) -> float:
    return 1 / (1 + exp(-min(max(odds, -STEEP), STEEP)))
