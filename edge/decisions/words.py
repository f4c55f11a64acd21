"""Conditions in plain words: what an entry asks for, and what it did not find."""

from __future__ import annotations

from rules.values import UNKNOWN, Signals, Value
from rules.when import AllOf, AnyOf, Between, Condition, Is, Like, Not, evaluate


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
            return tuple(sentence for part in parts for sentence in missed(part, signals))
        case AnyOf():
            return (f"nothing of this holds: {wish(condition)}",)
        case Not(part):
            return (_unsaid(part, signals) or f"excluded, since {wish(part)}",)
        case _:
            return (f"{condition.signal} is {shown(signals.get(condition.signal, UNKNOWN))}, not {_wanted(condition)}",)


def shown(value: Value) -> str:
    """A value as a marketer writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _unsaid(condition: Condition, signals: Signals) -> str:
    """Which unknown signals leave a condition without an answer; empty where it has one."""
    if evaluate(condition, signals) is not None:
        return ""
    if isinstance(condition, AllOf | AnyOf):
        return ", and ".join(filter(None, (_unsaid(part, signals) for part in condition.parts)))
    return _unsaid(condition.part, signals) if isinstance(condition, Not) else f"{condition.signal} is unknown"


def _wanted(leaf: Is | Like | Between) -> str:
    if isinstance(leaf, Is):
        return " or ".join(sorted(map(shown, leaf.values)))
    if isinstance(leaf, Like):
        return f"like {leaf.glob.written}"
    low = None if leaf.low is None else f"{'at least' if leaf.with_low else 'more than'} {shown(leaf.low)}"
    high = None if leaf.high is None else f"{'at most' if leaf.with_high else 'less than'} {shown(leaf.high)}"
    return " and ".join(filter(None, (low, high)))


def _bracketed(condition: Condition) -> str:
    return f"({wish(condition)})" if isinstance(condition, AllOf | AnyOf) else wish(condition)
