"""`even`: equal shares for as long as it runs, a pure test."""

from __future__ import annotations

from typing import Any

from online_models.policies.bandit import Bandit, Cell


class Even(Bandit):
    """Learns nothing; its evidence is that of a randomised experiment.

    Fisher: The Design of Experiments (1935).

    >>> policy = Even(["a", "b"])
    >>> policy.learn((), "a", 1.0, 1e9, 0.5)
    >>> from online_models.distribution import distribution
    >>> distribution(policy.model(), "even", (), ("a", "b"))
    (0.5, 0.5)
    """

    name = "even"

    def _learn(self, cell: Cell, arm: str, reward: float, keep: float, p: float) -> None:
        pass

    def numbers(self) -> dict[str, Any]:
        """None: equal shares need none."""
        return {}

    def _learned(self) -> Any:
        return None

    def _resume(self, learned: Any) -> None:
        pass
