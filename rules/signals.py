"""The words that every condition is about: what a signal's value may be, and what stands for not knowing it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNKNOWN: Final = "unknown"
"""The value of a signal that is not known."""

Value = str | int | float | bool
Signals = Mapping[str, Value]
"""The context of one request: a missing name counts as `UNKNOWN`."""
