"""The policies by the name that marketers write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from online_models.policies.apprentice import Apprentice
from online_models.policies.bandit import HALF_LIFE, Bandit
from online_models.policies.cautious import Cautious
from online_models.policies.even import Even
from online_models.policies.everyone import Everyone
from online_models.policies.gap import Gap
from online_models.policies.greedy import Greedy
from online_models.policies.visitor import Visitor

NAMES: Final[Mapping[str, type[Bandit]]] = {
    policy.name: policy for policy in (Visitor, Everyone, Cautious, Even, Apprentice, Greedy, Gap)
}


def make(
    policy: str,
    arms: Iterable[str],
    signals: Iterable[str],
    half_life: float = HALF_LIFE,
    priors: Mapping[str, tuple[float, float]] | None = None,
) -> Bandit:
    """A policy that has learned nothing yet; `half_life` in seconds, `priors` as (rewards, exposures) per arm.

    Raises ValueError for a policy that there is not, an impossible prior or half-life.
    """
    if policy not in NAMES:
        raise ValueError(f"there is no policy {policy!r}; there are {', '.join(NAMES)}")
    return NAMES[policy](arms, signals, half_life, priors)
