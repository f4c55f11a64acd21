"""What a worker measures with: it signs the token of each page that counts something, and takes its beacons.

Decisions are counted on both sides alike and whether or not a beacon ever comes: so it can be seen when beacons of one
side get lost. Raw values of the signals that a model learns from are counted as well, to know which are frequent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from edge.beacon import snippet
from edge.beacon.block import Blocks
from edge.beacon.endpoint import PATH, Beacon
from edge.beacon.intake import Editions, Intake, kept
from edge.beacon.page import Pages, Row, rows
from edge.clock import Clock
from edge.decisions.cell import raw
from edge.decisions.values import Decision
from edge.edition import Edition
from edge.events.writer import Commit, Writer
from edge.settings import Settings
from edge.telemetry.beacons import BeaconMetrics
from edge.web.asgi import Receive, Send
from edge.web.consent import Consent
from edge.web.request import Request
from rules.values import Signals


class Measure:
    """Of one worker; `file` is the event log, `keys` are what the secret file holds, the current one first."""

    def __init__(
        self,
        settings: Settings,
        file: Path,
        editions: Editions,
        keys: Sequence[bytes],
        metrics: BeaconMetrics,
        clock: Clock,
    ) -> None:
        self._pages, self._metrics, self._clock = Pages(keys), metrics, clock
        self._blocks = Blocks()
        self._writer = Writer(file, settings.durability, self._wrote)
        intake = Intake(self._pages, editions, self._writer, clock, kept(settings))
        self._beacon = Beacon(intake, Consent(settings.consent, settings.consent_cookie), metrics)

    @property
    def paths(self) -> Mapping[bytes, Callable[[Request, Receive, Send], Awaitable[None]]]:
        """What it answers on the public listener, by path."""
        return {PATH: self._beacon, snippet.PATH: snippet.answer}

    def block(
        self, decisions: Sequence[Decision], reached: tuple[str, ...], edition: Edition, signals: Signals
    ) -> bytes:
        """What a page with these decisions, that reaches these goals of others, carries before its `</body>`."""
        counted = tuple([decision.experience for decision in decisions])
        return self._blocks.block(self.page(decisions, edition, signals), counted, reached, edition)

    def page(self, decisions: Sequence[Decision], edition: Edition, signals: Signals) -> str:
        """The token of a page with these decisions; empty where nothing on it counts."""
        counted = rows(decisions, edition.named)
        if not counted:
            return ""
        now = self._clock()
        self._count(counted, signals, now)
        return self._pages.seal(counted, now)

    async def close(self) -> None:
        """Write what waits, then end."""
        await self._writer.close()

    def _count(self, counted: Sequence[Row], signals: Signals, now: float) -> None:
        hour, day = int(now) // 3600, int(now) // 86_400
        for experience, variant, side, reason, _, model, *_ in counted:
            self._writer.tally((hour, experience, variant, side, reason))
            if model:
                asked = tuple(filter(None, model.rpartition("/")[2].split(",")))
                for signal, value in zip(asked, raw(asked, signals), strict=True):
                    self._writer.seen((day, model, signal, value))

    def _wrote(self, commit: Commit) -> None:
        self._metrics.committed(commit.seconds, self._writer.waiting, failed=bool(commit.problem))
