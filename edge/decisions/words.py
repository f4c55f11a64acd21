"""Conditions and schedules in plain words: what is asked for, and what was there instead."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from rules.values import UNKNOWN, Signals, Value
from rules.when import AllOf, AnyOf, Between, Condition, Is, Like, Not, evaluate
from rules.window import DAY, WEEKDAYS, Recurrence, Window


def wish(condition: Condition) -> str:
    """What a condition asks for: `country is US or CA, and device is mobile`."""
    return _said(condition, " is ")


def missed(condition: Condition, signals: Signals) -> tuple[str, ...]:
    """What keeps a condition from being true, a part each: `needs weather rain or storm; here it is clear`.

    Nothing where it is true.
    """
    if evaluate(condition, signals) is True:
        return ()
    if isinstance(condition, AllOf):
        return tuple(sentence for part in condition.parts for sentence in missed(part, signals))
    if isinstance(condition, Not):
        wants = f"is not for {_said(condition.part, ' ')}"
    else:
        wants = f"needs {_said(condition, ' ')}"
    return (f"{wants}; {_instead(condition, signals)}",)


def shown(value: Value) -> str:
    """A value as a marketer writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def closed(window: Window, at: float) -> str:
    """Why a schedule is not open at a moment, on the clocks of its zone; empty where it is."""
    if window.open(at):
        return ""
    if at < window.starts:
        return f"it starts on {_moment(window.starts, window)}"
    if at >= window.ends:
        last = datetime.fromtimestamp(window.ends, window.zone) - timedelta(minutes=1)
        whole = (last.hour, last.minute) == (23, 59)
        return f"it ended with {last:%Y-%m-%d}" if whole else f"it ended on {_moment(window.ends, window)}"
    return f"it runs {' and '.join(map(_span, window.every))}, and now it is {_now(window, at)}"


def _moment(at: float, window: Window) -> str:
    when = datetime.fromtimestamp(at, window.zone)
    return f"{when:%Y-%m-%d}" if (when.hour, when.minute) == (0, 0) else f"{when:%Y-%m-%d at %H:%M}"


def _now(window: Window, at: float) -> str:
    now = datetime.fromtimestamp(at, window.zone)
    return f"{WEEKDAYS[now.weekday()]} {now:%H:%M}"


def _span(span: Recurrence) -> str:
    """`mon-fri 06:00-12:00`, as it may be written."""
    clocks = "" if (span.start, span.end) == (0, DAY) else f"{_clock(span.start)}-{_clock(span.end)}"
    days = "" if len(span.days) == len(WEEKDAYS) else ",".join(_runs(sorted(span.days)))
    return " ".join(filter(None, (days, clocks))) or "every day"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _runs(days: list[int]) -> Iterator[str]:
    """Days that follow each other, as one: mon-fri."""
    start = 0
    for place, day in enumerate(days):
        if place + 1 == len(days) or days[place + 1] != day + 1:
            first, last = WEEKDAYS[days[start]], WEEKDAYS[day]
            yield first if first == last else f"{first}-{last}"
            start = place + 1


def _said(condition: Condition, verb: str) -> str:
    match condition:
        case AllOf(parts):
            return ", and ".join(_bracketed(part, verb) for part in parts)
        case AnyOf(parts):
            alone = _of_one_signal(parts)
            return f"{alone}{verb}{_wanted(parts)}" if alone else ", or ".join(_bracketed(part, verb) for part in parts)
        case Not(part):
            alone = _of_one_signal((part,))
            return f"{alone}{verb}not {_wanted((part,))}" if alone else f"not {_bracketed(part, verb)}"
        case _:
            return f"{condition.signal}{verb}{_wanted((condition,))}"


def _bracketed(condition: Condition, verb: str) -> str:
    said = _said(condition, verb)
    several = isinstance(condition, AllOf) or (isinstance(condition, AnyOf) and not _of_one_signal(condition.parts))
    return f"({said})" if several else said


def _of_one_signal(parts: Iterable[Condition]) -> str:
    """The signal that all parts are about, if they are plain and about one."""
    names = {part.signal if isinstance(part, Is | Like | Between) else "" for part in parts}
    return names.pop() if len(names) == 1 else ""


def _instead(condition: Condition, signals: Signals) -> str:
    """`here it is clear`, or why there is no answer."""
    names = list(dict.fromkeys(_signals(condition)))
    unknown = [name for name in names if signals.get(name, UNKNOWN) == UNKNOWN]
    if evaluate(condition, signals) is None and unknown:
        return f"that cannot be said: {' and '.join(f'{name} is unknown' for name in unknown)}"
    if len(names) == 1:
        return f"here it is {shown(signals.get(names[0], UNKNOWN))}"
    return f"here {' and '.join(f'{name} is {shown(signals.get(name, UNKNOWN))}' for name in names)}"


def _signals(condition: Condition) -> Iterator[str]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _signals(part)
    elif isinstance(condition, Not):
        yield from _signals(condition.part)
    else:
        yield condition.signal


def _wanted(parts: Iterable[Condition]) -> str:
    return " or ".join(_value(part) for part in parts if isinstance(part, Is | Like | Between))


def _value(leaf: Is | Like | Between) -> str:
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
