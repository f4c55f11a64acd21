"""Conditions in plain words: what an entry asks for, and what it did not find."""

from __future__ import annotations

import math

from rules.values import UNKNOWN, Signals, Value
from rules.when import AllOf, AnyOf, Between, Condition, Is, Like, Not, evaluate
from rules.window import WEEKDAYS


def wish(condition: Condition) -> str:
    """What a condition asks for: `country is US or CA, and device is mobile`."""
    match condition:
        case AllOf(parts):
            return ", and ".join(_bracketed(part) for part in parts)
        case AnyOf(parts):
            return ", or ".join(_bracketed(part) for part in parts)
        case Not(part):
            return f"not {_bracketed(part)}" if isinstance(part, AllOf | AnyOf) else f"not: {wish(part)}"
        case _:
            return f"{condition.signal} is {_wanted(condition)}"


def missed(condition: Condition, signals: Signals) -> tuple[str, ...]:
    """What keeps a condition from being true, one sentence each; nothing where it is true."""
    if evaluate(condition, signals) is True:
        return ()
    match condition:
        case AllOf(parts):
            return _all_missed(parts, signals)
        case AnyOf(parts):
            return (_differing(parts, signals) or f"none of these: {'; '.join(_all_missed(parts, signals))}",)
        case Not(part):
            return (_unsaid(part, signals) or f"excluded, since {wish(part)}",)
        case _:
            return (_differing((condition,), signals),)


def shown(value: Value) -> str:
    """A value as a marketer writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _all_missed(parts: tuple[Condition, ...], signals: Signals) -> tuple[str, ...]:
    return tuple(sentence for part in parts for sentence in missed(part, signals))


def _differing(parts: tuple[Condition, ...], signals: Signals) -> str:
    """`hour is 17, not less than 6 or at least 22`; empty where the parts are not about one signal."""
    leaves = [part for part in parts if isinstance(part, Is | Like | Between)]
    about = {leaf.signal for leaf in leaves}
    if len(about) != 1 or len(leaves) < len(parts):
        return ""
    name = about.pop()
    return f"{name} is {shown(signals.get(name, UNKNOWN))}, not {' or '.join(map(_wanted, leaves))}"


def _unsaid(condition: Condition, signals: Signals) -> str:
    """Which unknown signals leave a condition without an answer; empty where it has one."""
    if evaluate(condition, signals) is not None:
        return ""
    if isinstance(condition, AllOf | AnyOf):
        return ", and ".join(filter(None, (_unsaid(part, signals) for part in condition.parts)))
    return _unsaid(condition.part, signals) if isinstance(condition, Not) else f"{condition.signal} is unknown"


def _wanted(leaf: Is | Like | Between) -> str:
    if isinstance(leaf, Is):
        return " or ".join(map(shown, sorted(leaf.values, key=_place)))
    if isinstance(leaf, Like):
        return f"like {leaf.glob.written}"
    low = None if leaf.low is None else f"{'at least' if leaf.with_low else 'more than'} {shown(leaf.low)}"
    high = None if leaf.high is None else f"{'at most' if leaf.with_high else 'less than'} {shown(leaf.high)}"
    return " and ".join(filter(None, (low, high)))


def _place(value: Value) -> tuple[float, str]:
    """Where a value stands among others: days by the week, numbers by size, words by the alphabet."""
    if isinstance(value, str):
        return (float(WEEKDAYS.index(value)), "") if value in WEEKDAYS else (math.inf, value)
    return (value, "")


def _bracketed(condition: Condition) -> str:
    return f"({wish(condition)})" if isinstance(condition, AllOf | AnyOf) else wish(condition)
