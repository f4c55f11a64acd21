"""One thing that the doctor looked at, and how it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    about: str
    state: Literal["ok", "warn", "fail"]
    text: str  # what was seen, and what to do about it
