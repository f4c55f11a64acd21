"""Time zones by name, each read from the system's files once."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

_MOST: Final = 1024
"""More than there are, and a bound on names that are none."""
_LONGEST: Final = 40


@lru_cache(maxsize=_MOST)
def zone(name: str) -> ZoneInfo | None:
    """The zone of a name such as `Europe/Oslo`; None for what is none, and for abbreviations such as `EST`.

    An abbreviation is the name of an offset, and leaves out that clocks are changed in summer.
    """
    if "/" not in name or len(name) > _LONGEST:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # also a name that leads out of the folder of zones
        return None


def load() -> None:
    """Read all of them now: a fifteenth of a second and 2 MB, so that no visitor waits for the disk."""
    for name in available_timezones():
        zone(name)
