"""Whether what was read is what was meant: the shape of a snapshot's models, and the numbers that each policy needs.

Whatever passes here, `distribution` can work with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

HUGE: Final = 1e9
"""No number of a model is larger, of either sign."""


def demand(sound: bool, what: str) -> None:
    """ValueError with what is wrong, unless it is sound."""
    if not sound:
        raise ValueError(f"the snapshot is not sound: {what}")


def number(value: Any, least: float = -HUGE, most: float = HUGE) -> float:
    """A finite number in these bounds."""
    demand(type(value) in (int, float), "what should be a number is none")
    demand(least <= value <= most, "a number is out of bounds")  # which no NaN is within
    return float(value)


def text(value: Any) -> str:
    """A text."""
    demand(isinstance(value, str), "what should be a text is none")
    return str(value)


def items(value: Any, count: int | None = None) -> list[Any]:
    """A list, of so many items where a count is given."""
    demand(isinstance(value, list), "what should be a list is none")
    demand(count is None or len(value) == count, "a list is too long or too short")
    return list(value)


def table(value: Any, *names: str) -> dict[str, Any]:
    """A JSON object, with at least these names."""
    demand(isinstance(value, dict), "what should be an object is none")
    demand(all(name in value for name in names), f"an object has not all of {', '.join(names)}")
    return dict(value)


def numbers(policy: str, raw: Any, signals: int) -> Mapping[str, Any]:
    """The numbers of a policy's model that has so many signals, as they are."""
    demand(policy in POLICIES, f"there is no policy {policy!r:.40}")
    found = table(raw)
    POLICIES[policy](found, signals)
    return found


def _even(_raw: dict[str, Any], _signals: int) -> None:
    pass


def _everyone(raw: dict[str, Any], _signals: int) -> None:
    raw = table(raw, "arms", "new")
    for pair in (*table(raw["arms"]).values(), raw["new"]):
        _worth(items(pair, 2))


def _visitor(raw: dict[str, Any], signals: int) -> None:
    raw = table(raw, "arms", "new", "unseen")
    _worth(items(raw["new"], 2))
    for variance in items(raw["unseen"], signals):
        number(variance, 0)
    for arm in table(raw["arms"]).values():
        mean, variance, by = items(arm, 3)
        _worth([mean, variance])
        for values in items(by, signals):
            for pair in table(values).values():
                _worth(items(pair, 2))


def _rules(raw: dict[str, Any], signals: int) -> None:
    _visitor(raw, signals)
    for name in ("agreement", "value", "rewards"):
        number(raw.get(name, 0.0), 0, 1)


def _greedy(raw: dict[str, Any], signals: int) -> None:
    _visitor(raw, signals)
    number(table(raw, "explore")["explore"], 0, 1)


def _gap(raw: dict[str, Any], signals: int) -> None:
    _visitor(raw, signals)
    raw = table(raw, "overall", "shared", "gamma")
    number(raw["overall"])
    number(raw["gamma"], 0)
    for values in items(raw["shared"], signals):
        for weight in table(values).values():
            number(weight)


def _worth(pair: list[Any]) -> None:
    number(pair[0])
    number(pair[1], 0)


POLICIES: Final[Mapping[str, Callable[[dict[str, Any], int], None]]] = {
    "visitor": _visitor,
    "everyone": _everyone,
    "cautious": _visitor,
    "even": _even,
    "rules": _rules,
    "greedy": _greedy,
    "gap": _gap,
}
"""Policies, and what is asked of their numbers."""
