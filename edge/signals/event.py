"""`event`: what is on by the visitor's date, of the `events` in `site.yaml`."""

from __future__ import annotations

from collections.abc import Iterable

from rules.values import Event
from rules.words import NONE


class Calendar:
    """The events of one site."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._events = tuple(events)

    def __bool__(self) -> bool:
        return bool(self._events)

    def on(self, date: str) -> str:
        """The first event of that day (YYYY-MM-DD), or `none`."""
        for event in self._events:
            if any(first <= date <= last for first, last in event.days):
                return event.name
        return NONE
