"""From the world to the workers: what changes often in one file, the weather in another, each only when it has changed.

A site may push several times a second, and the weather may hold fifty thousand cells: neither pays for the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from edge.live.published import publish, put
from edge.signals.facts import Facts, plain
from edge.signals.weather.sheet import Told, written


class Teller:
    """Publishes what is known: pushes and load at `facts`, the weather at `weather`."""

    def __init__(self, facts: Path, weather: Path) -> None:
        self._facts, self._weather = facts, weather
        self._told: dict[str, object] | None = None
        self._sky: Mapping[str, Told] | None = None

    def __call__(self, known: Facts) -> None:
        """Let the workers know. Raises OSError without room; what was not told then is told with the next call.

        What is small goes first: there may be room for a push where there is none for the weather of a continent.
        """
        document = plain(known)
        if document != self._told:
            publish(document, self._facts)
            self._told = document
        if known.weather is not self._sky:
            put(written(known.weather), self._weather)
            self._sky = known.weather
