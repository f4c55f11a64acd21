"""What a beacon says: one flat JSON object, as RFC 8259 has it and no further.

    {"token": "1.…", "event": "exposure"}
    {"token": "1.…", "event": "reward", "goal": "click \\"#hero a\\""}
    {"token": "1.…", "event": "measure", "goal": "lcp", "value": 1234}

It comes from strangers. Its size is bounded before it gets here; nothing in it may be nested, stand twice, or be
no number.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final, Literal, NamedTuple, NoReturn

import orjson

Event = Literal["exposure", "reward", "measure"]

EVENTS: Final = ("exposure", "reward", "measure")
LONGEST: Final = 8192
"""Bytes of a beacon."""
_NAMES: Final = frozenset({"token", "event", "goal", "value"})


class MalformedError(ValueError):
    """What was sent is no beacon; the message says why."""


class Said(NamedTuple):
    """A beacon that was understood."""

    token: str
    event: Event
    goal: str = ""
    value: float | None = None  # finite


def read(body: bytes) -> Said:
    """The beacon in a body of at most `LONGEST` bytes. Raises MalformedError for anything else."""
    members = _plainly(body) or _carefully(body)
    if type(members) is not dict:
        raise MalformedError("it is no JSON object")
    if unknown := members.keys() - _NAMES:
        raise MalformedError(f"it may hold token, event, goal and value, and holds {len(unknown)} more")
    return Said(_text(members, "token"), _event(members), _goal(members), _value(members))


def _plainly(body: bytes) -> Any:
    """What a body says that is written as browsers write it: then no name stands twice, and no number is none."""
    try:
        members = orjson.loads(body)
        return members if orjson.dumps(members) == body else None
    except ValueError:
        return None


def _carefully(body: bytes) -> Any:
    """What any other body says."""
    try:
        return _DECODER.decode(body.decode("utf-8"))
    except RecursionError:
        raise MalformedError("it is nested too deeply") from None
    except MalformedError:
        raise
    except ValueError:
        raise MalformedError("it is no JSON in UTF-8") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedError("a name stands in it twice")
    return members


def _no_number(_: str) -> NoReturn:
    raise MalformedError("it holds NaN or Infinity")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def _event(members: dict[str, Any]) -> Event:
    event = _text(members, "event")
    if event not in EVENTS:
        raise MalformedError("`event` is exposure, reward or measure")
    return event  # type: ignore[return-value]  # it is one of them


def _goal(members: dict[str, Any]) -> str:
    if members["event"] == "exposure" and members.get("goal") is None:
        return ""
    return _text(members, "goal")


def _value(members: dict[str, Any]) -> float | None:
    value = members.get("value")
    if value is None:
        if members["event"] == "measure":
            raise MalformedError("a measure needs a `value`")
        return None
    try:
        if type(value) in (int, float) and math.isfinite(value):
            return float(value)
    except OverflowError:
        pass
    raise MalformedError("`value` must be a finite number")


def _text(members: dict[str, Any], name: str) -> str:
    text = members.get(name)
    if type(text) is not str or not text:
        raise MalformedError(f"`{name}` must be a text")
    return text
