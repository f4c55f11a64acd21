"""Models that have learned something, for tests of what decides by them."""

from __future__ import annotations

from collections.abc import Mapping

from online_models.policies import make
from online_models.snapshot import Model, Snapshot, seal

NOW = 1_795_000_000.0


def model(
    policy: str = "visitor",
    arms: str = "abc",
    signals: tuple[str, ...] = ("device",),
    rates: Mapping[str, float] | None = None,
    rows: int = 900,
    young: frozenset[str] = frozenset(),
    values: tuple[frozenset[str] | None, ...] = (),
) -> Model:
    """A model that has met each arm in turn, on phones and elsewhere; `rates`: successes of a visit, else none."""
    learned = make(policy, tuple(arms), signals)
    owed = dict.fromkeys(arms, 0.0)
    counted = dict.fromkeys(arms, (0.0, 0.0))
    for row in range(rows):
        arm, device = arms[row % len(arms)], "mobile" if row // len(arms) % 2 else "desktop"
        owed[arm] += (rates or {}).get(f"{arm} {device}", (rates or {}).get(arm, 0.0))
        reward = float(owed[arm] >= 1 - 1e-9)
        owed[arm] -= reward
        counted[arm] = (counted[arm][0] + 1, counted[arm][1] + reward)
        learned.learn((device,) if signals else (), arm, reward, NOW + row, 1 / len(arms))
    return Model(policy, tuple(arms), learned.numbers(), signals, values, counted, young)


def snapshot(models: Mapping[str, Model], made: float = NOW, breached: Mapping[str, str] | None = None) -> Snapshot:
    """A sealed snapshot of these models, by their keys."""
    return seal(Snapshot(number=7, made=made, upto=900, models=models, breached=breached or {}))
