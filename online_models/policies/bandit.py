"""What all policies share: River's contract, evidence per arm, forgetting, new and withdrawn arms, alarms."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final, Self

from river import stats
from river.bandit.base import ContextualPolicy

from online_models.distribution import distribution
from online_models.snapshot import Model

DAY: Final = 86_400.0
HALF_LIFE: Final = 14 * DAY
GROWN: Final = 200
"""Closed exposures after which an arm is no longer new."""


class Bandit(ContextualPolicy):
    """A policy that learns closed exposures one at a time and publishes numbers that give exact probabilities."""

    name: ClassVar[str]

    def __init__(
        self,
        arms: Iterable[str] = (),
        signals: Iterable[str] = (),
        half_life: float = HALF_LIFE,
        priors: Mapping[str, tuple[float, float]] | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__(reward_obj=stats.Mean())
        self.arms = tuple(arms)
        self.signals = tuple(signals)
        self.half_life = half_life
        self.priors = dict(priors or {})
        self.seed = seed
        self._rng = random.Random(seed)  # noqa: S311  # draws for River's `pull` only
        self._now = 0.0

    def learn(self, cell: tuple[str, ...], arm: str, reward: float, at: float, p: float) -> None:
        """One closed exposure: its cell, arm, reward in [0, 1], time (seconds since the epoch) and probability."""
        if not (math.isfinite(reward) and math.isfinite(at)):
            return
        reward = min(max(reward, 0.0), 1.0)
        super().update(arm, None, reward)
        past = max(0.0, at - self._now) if self._now else 0.0
        self._now = max(self._now, at)
        self._learn(cell, arm, reward, past, p)

    def _learn(self, cell: tuple[str, ...], arm: str, reward: float, past: float, p: float) -> None:
        raise NotImplementedError

    def numbers(self) -> dict[str, Any]:
        """What the distribution at the edge needs: JSON, finite."""
        raise NotImplementedError

    def offer(self, arms: Iterable[str]) -> None:
        """From now on these are the arms; what was learned of others is kept."""
        self.arms = tuple(arms)

    def evidence(self) -> dict[str, tuple[float, float]]:
        """Closed exposures and rewards of each arm, nothing forgotten."""
        return {arm: (self._counts[arm], round(self._rewards[arm].get() * self._counts[arm], 9)) for arm in self._counts}

    def model(self, values: tuple[frozenset[str] | None, ...] = ()) -> Model:
        """What goes into the snapshot."""
        young = frozenset(arm for arm in self.arms if self._counts.get(arm, 0) < GROWN)
        return Model(self.name, self.arms, self.numbers(), self.signals, values, self.evidence(), young)

    def _pull(self, arm_ids: list[str], context: dict[str, Any] | None) -> str:
        shares = distribution(self.model(), self.name, self._cell(context), tuple(arm_ids))
        return self._rng.choices(arm_ids, shares)[0]

    def update(self, arm_id: str, context: dict[str, Any] | None, reward: float) -> None:
        """River's contract: the reward of this arm in this context, now."""
        self.learn(self._cell(context), arm_id, reward, self._now, 1.0)

    def _cell(self, context: dict[str, Any] | None) -> tuple[str, ...]:
        return tuple(str((context or {}).get(signal, "unknown")) for signal in self.signals)

    def state(self) -> dict[str, Any]:
        """Everything that is needed to go on, as JSON."""
        counts = {arm: [self._counts[arm], self._rewards[arm]._mean] for arm in self._counts}
        return {
            "policy": self.name, "arms": list(self.arms), "signals": list(self.signals), "half_life": self.half_life,
            "priors": {arm: list(prior) for arm, prior in self.priors.items()}, "now": self._now, "counts": counts, "own": self._own(),
        }

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Self:
        """The policy in this state, which goes on as if it had never stopped."""
        policy = cls(state["arms"], state["signals"], state["half_life"], {a: (r, n) for a, (r, n) in state["priors"].items()})
        policy._now = state["now"]
        for arm, (n, mean) in state["counts"].items():
            policy._counts[arm] = n
            policy._n += n
            policy._rewards[arm].n, policy._rewards[arm]._mean = n, mean
        policy._resume(state["own"])
        return policy

    def _own(self) -> Any:
        return None

    def _resume(self, own: Any) -> None:
        pass
