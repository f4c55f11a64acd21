"""Signals that the site pushes: `PUT /signals/NAME` and `/signals/place/PLACE/NAME` with a value and a lifetime."""

from __future__ import annotations

import re
from collections.abc import Mapping
from threading import Lock
from typing import Any, Final

import orjson

from edge.errors import WindsockError
from edge.signals.surroundings import TIME, WEATHER
from rules.problem import ReadingError
from rules.spelling import advice
from rules.values import RuleSet, Value
from rules.vocabulary import parse_value
from rules.written import duration

MOST: Final = 10_000
_LONGEST: Final = 200
_SEND: Final = 'send {"value": "busy", "ttl": "5m"}'
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
_OWN_OF_PLACE: Final = frozenset({"name", "country", "timezone", *TIME, *WEATHER})


class PushError(WindsockError, ValueError):
    """A push that cannot be taken; one line says why and what to write."""


class Pushed:
    """What was pushed and still holds, by name: `mood`, `place/harbour/queue`. May be used by several threads."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[Value, float]] = {}
        self._one = Lock()

    def put(self, name: str, value: Value, until: float, now: float) -> None:
        """Let this hold until then. Raises PushError when there are too many."""
        with self._one:
            if name not in self._values and len(self._held(now)) >= MOST:
                raise PushError(f"{MOST} signals are pushed already; let some of them end")
            self._values[name] = (value, until)

    def current(self, now: float) -> Mapping[str, tuple[Value, float]]:
        """All that holds now."""
        with self._one:
            return dict(self._held(now))

    def _held(self, now: float) -> Mapping[str, tuple[Value, float]]:
        if any(until <= now for _, until in self._values.values()):
            self._values = {name: pair for name, pair in self._values.items() if pair[1] > now}
        return self._values


def read(body: bytes) -> tuple[Any, Any]:
    """Value and lifetime as a push has them: `{"value": "busy", "ttl": "5m"}`. Raises PushError."""
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict) or said.keys() != {"value", "ttl"}:
        raise PushError(_SEND)
    return said["value"], said["ttl"]


def understood(path: str, value: Any, ttl: Any, rules: RuleSet, now: float) -> tuple[str, Value, float]:
    """Name, value and end of a push to `/signals/` + `path`. Raises PushError."""
    if not isinstance(value, str | int | float | bool) or len(_written(value)) > _LONGEST:
        raise PushError(_SEND)
    value, seconds = _written(value), _seconds(ttl)
    kind, _, rest = path.partition("/")
    try:
        if kind == "place":
            place, _, name = rest.partition("/")
            return f"place/{place}/{name}", _of_place(place, name, value, rules), now + seconds
        return path, _of_site(path, value, rules), now + seconds
    except ReadingError as error:
        raise PushError(f"{error}") from None


def _seconds(ttl: Any) -> float:
    try:
        return duration(ttl)
    except ReadingError as error:
        raise PushError(f"ttl: {error}") from None


def _written(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _of_site(name: str, value: str, rules: RuleSet) -> Value:
    pushed = [known for known, source in rules.site.signals.items() if source.comes_from == "pushed"]
    if name not in pushed:
        hint = advice(name, pushed) if pushed else f"add `signals: {{{name[:40]}: {{pushed: true}}}}` to site.yaml"
        raise PushError(f"`{name[:80]}` is not a signal that is pushed; {hint}")
    return parse_value(name, value, rules.own)


def _of_place(place: str, name: str, value: str, rules: RuleSet) -> Value:
    spots = {**rules.site.places, **rules.site.stores}
    if place not in spots:
        hint = advice(place, spots) if spots else "add it to `places` in site.yaml"
        raise PushError(f"there is no place `{place[:80]}`; {hint}")
    if not _NAME.fullmatch(name) or name in _OWN_OF_PLACE:
        raise PushError(f"`{name[:80]}` cannot be pushed for a place; use another name of small letters, such as queue")
    return parse_value(f"place.{name}", value, rules.own)
