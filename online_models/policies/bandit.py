"""What all policies share: River's contract, evidence per arm, forgetting by event time, and the way into a snapshot.

River's own policies choose and say nothing of the probability; here a policy is what learns, and whoever wants to
choose asks `online_models.distribution` with the numbers that it publishes. `pull` does just that.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Self, cast

from river import stats
from river.bandit.base import ContextualPolicy

from online_models.distribution import distribution
from online_models.snapshot import Model

DAY: Final = 86_400.0
HALF_LIFE: Final = 14 * DAY
GROWN: Final = 200
"""Closed exposures after which an arm is no longer young."""
SCHEMA: Final = 1

Cell = tuple[str, ...]
Counts = tuple[float, float]
"""Rewards and exposures."""


class Bandit(ContextualPolicy):
    """A policy that learns closed exposures one by one and publishes numbers that give exact probabilities."""

    name: ClassVar[str]

    def __init__(
        self,
        arms: Iterable[str] = (),
        signals: Iterable[str] = (),
        half_life: float = HALF_LIFE,
        priors: Mapping[str, Counts] | None = None,
        seed: int | None = None,
    ) -> None:
        if not half_life > 0:
            raise ValueError(f"the half-life is {half_life} seconds; it must be more than 0")
        super().__init__(reward_obj=stats.Mean())
        self.arms = tuple(arms)
        self.signals = tuple(signals)
        self.half_life = half_life
        self.priors = {arm: _sound(*counts) for arm, counts in (priors or {}).items()}
        self.seed = seed
        self._rng = random.Random(seed)  # noqa: S311  # of `pull`; a visitor's draw is the edge's
        self._now: float | None = None
        self._begin()

    def learn(self, cell: Cell, arm: str, reward: float, at: float, p: float) -> None:
        """One closed exposure: cell, arm, reward in [0, 1], time of the exposure (epoch s), probability of the arm.

        A reward beyond [0, 1] is clipped; a row that holds no number where there should be one is ignored. Time that
        runs backwards forgets nothing and brings nothing back.
        """
        if not (math.isfinite(reward) and math.isfinite(at) and math.isfinite(p)):
            return
        reward = min(max(float(reward), 0.0), 1.0)
        before = at if self._now is None else self._now
        self._now = max(at, before)
        self._learn(cell, arm, reward, 0.5 ** ((self._now - before) / self.half_life), p)
        super().update(arm, None, reward)  # type: ignore[no-untyped-call]  # River leaves it untyped

    def offer(self, arms: Iterable[str]) -> None:
        """From now on these are the arms, in this order; what was learned of others is kept."""
        self.arms = tuple(arms)
        self._begin()

    def evidence(self) -> dict[str, Counts]:
        """Closed exposures and rewards per arm, nothing forgotten."""
        return {arm: (n, round(self._mean(arm).get() * n, 6)) for arm, n in self._counts.items()}

    def model(self, values: tuple[frozenset[str] | None, ...] = ()) -> Model:
        """What goes into the snapshot."""
        young = frozenset(arm for arm in self.arms if self._counts.get(arm, 0) < GROWN)
        return Model(self.name, self.arms, self.numbers(), self.signals, values, self.evidence(), young)

    def numbers(self) -> dict[str, Any]:
        """What the distribution needs: JSON, finite."""
        raise NotImplementedError

    def _begin(self) -> None:
        """Make room for the arms that are not known yet."""

    def _learn(self, cell: Cell, arm: str, reward: float, keep: float, p: float) -> None:
        """Learn one sound row; of what was learned before the share `keep` remains."""
        raise NotImplementedError

    # River's contract

    def _pull(self, arm_ids: list[str], context: dict[str, Any] | None) -> str:  # type: ignore[override]  # River's arms may be numbers
        shares = distribution(self.model(), self.name, self._cell(context), tuple(arm_ids))
        return self._rng.choices(arm_ids, shares)[0]

    def pull(self, arm_ids: list[str], context: dict[str, Any] | None = None) -> str:  # type: ignore[override]  # see `_pull`
        """Draw one of these arms from the exact distribution; nothing is learned and no arm is made."""
        return self._pull(list(arm_ids), context)

    def update(self, arm_id: str, context: dict[str, Any] | None, reward: float) -> None:
        """Learn the reward of this arm in this context, now; in any order, with or without a `pull` before."""
        self.learn(self._cell(context), arm_id, reward, self._now or 0.0, 1.0)

    def _cell(self, context: dict[str, Any] | None) -> Cell:
        return tuple(str((context or {}).get(signal, "unknown")) for signal in self.signals)

    def _mean(self, arm: str) -> stats.Mean:
        return cast(stats.Mean, self._rewards[arm])

    # the state

    def state(self) -> dict[str, Any]:
        """Everything that is needed to go on, as JSON."""
        return {
            "schema": SCHEMA,
            "policy": self.name,
            "arms": list(self.arms),
            "signals": list(self.signals),
            "half_life": self.half_life,
            "priors": {arm: list(counts) for arm, counts in self.priors.items()},
            "now": self._now,
            "seen": {arm: [n, self._mean(arm).get()] for arm, n in self._counts.items()},
            "learned": self._learned(),
        }

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """The policy in this state: it goes on as if it had never stopped. Raises ValueError when it cannot."""
        try:
            if (state["schema"], state["policy"]) != (SCHEMA, cls.name):
                raise ValueError(f"the state is not one of {cls.name}, version {SCHEMA}")
            policy = cls(state["arms"], state["signals"], state["half_life"], state["priors"])
            policy._now = state["now"]
            for arm, (n, mean) in state["seen"].items():
                policy._counts[arm], policy._n = n, policy._n + n
                policy._mean(arm).n, policy._mean(arm)._mean = float(n), float(mean)
            policy._resume(state["learned"])
        except (LookupError, TypeError, AttributeError, ArithmeticError) as error:
            raise ValueError(f"the state of {cls.name} is damaged ({error!r})") from None
        return policy

    def _learned(self) -> Any:
        """What it has learned, as JSON."""
        raise NotImplementedError

    def _resume(self, learned: Any) -> None:
        """Take up what was learned."""
        raise NotImplementedError


def _sound(rewards: float, exposures: float) -> Counts:
    if not (math.isfinite(rewards) and math.isfinite(exposures) and 0 <= rewards <= exposures):
        raise ValueError(f"a prior of {rewards} rewards in {exposures} exposures is impossible")
    return float(rewards), float(exposures)
