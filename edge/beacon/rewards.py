"""What servers say of a page, `POST /reward` on the private listener: the same as a beacon, and how large a reward is.

`value` is divided by the goal's `max`. There is no cap for a network here: whoever gets here is trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Final

from edge.beacon.intake import Answer, Editions, Intake, kept
from edge.beacon.page import Page, Pages
from edge.clock import Clock
from edge.events.writer import Commit, Writer
from edge.settings import Settings
from edge.telemetry.beacons import BeaconMetrics
from edge.web.token import Refused

_AGAIN: Final = 4.0
"""Seconds for which keys are believed: then the file is read again, since one may have been withdrawn."""


class Rewards:
    """Of the control process; `keys` reads the secret file, `file` is the event log."""

    def __init__(
        self,
        settings: Settings,
        file: Path,
        editions: Editions,
        keys: Callable[[], Sequence[bytes]],
        metrics: BeaconMetrics,
        clock: Clock,
    ) -> None:
        self._keys, self._metrics = keys, metrics
        self._pages, self._read = Pages(keys()), monotonic()
        self._writer = Writer(file, settings.durability, self._wrote)
        self._intake = Intake(self, editions, self._writer, clock, kept(settings))

    async def take(self, body: bytes) -> Answer:
        """Answer one body, after the commit."""
        answer = await self._intake.take(body, valued=True)
        self._metrics.beacon(answer.event, answer.became)
        return answer

    async def close(self) -> None:
        """Write what waits, then end."""
        await self._writer.close()

    def open(self, token: str, now: float) -> Page | Refused:
        """What the token of a page says, by the keys as they are now."""
        if monotonic() - self._read > _AGAIN:
            self._pages, self._read = Pages(self._keys()), monotonic()
        return self._pages.open(token, now)

    def _wrote(self, commit: Commit) -> None:
        self._metrics.committed(commit.seconds, self._writer.waiting, failed=bool(commit.problem))
