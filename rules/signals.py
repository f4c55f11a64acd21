"""The words that every condition is about: what a signal's value may be, and what stands for not knowing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from unicodedata import normalize

UNKNOWN: Final = "unknown"
"""The value of a signal that is not known."""

Value = str | int | float | bool
Signals = Mapping[str, Value]
"""The context of one request: a missing name counts as `UNKNOWN`."""

CASELESS: Final = frozenset({"city"})
"""Signals whose values are compared without regard to capitals: conditions hold them as `folded` gives them."""


def invented(signal: str) -> bool:
    """Whether its values come out of the visitor's address, so that one visitor alone may have one."""
    return signal.startswith(("query.", "utm.")) or signal in ("path", "previous.path")


SEVERAL: Final = "; "
"""What stands between the names of a day that is several holidays: `All Saints' Day; National Unity Day`."""


def names(signal: str, value: Value) -> tuple[Value, ...]:
    """What a condition is held against: the value, and where that is several names each of them."""
    if signal != "holiday" or not isinstance(value, str) or SEVERAL not in value:
        return (value,)
    return (value, *value.split(SEVERAL))


def folded(name: str, value: Value) -> Value:
    """A value as it is compared: `seattle` for a city `Seattle`. What people read keeps its spelling."""
    if name in CASELESS and isinstance(value, str):
        return value.lower() if value.isascii() else normalize("NFC", value.casefold())
    return value
