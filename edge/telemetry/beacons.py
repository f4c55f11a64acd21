"""What is counted of beacons and of the event log; in the registry of the process that takes them."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Final

from edge.telemetry.metrics import FLUSH

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

_COMMIT_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


class BeaconMetrics:
    """Beacons by what became of them, and how the event log does."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        import prometheus_client as prometheus

        from edge.telemetry.reserve import install

        install()
        registry = registry or prometheus.CollectorRegistry()
        self._beacons = prometheus.Counter(
            "windsock_beacons", "Beacons by event and outcome.", ("event", "outcome"), registry=registry
        )
        self._counts: Counter[tuple[str, str]] = Counter()
        self._failed = prometheus.Counter(
            "windsock_log_failures", "Commits of the event log that failed.", registry=registry
        )
        self._waiting = prometheus.Gauge(
            "windsock_log_waiting_rows",
            "Rows that waited for the event log when it was last written.",
            multiprocess_mode="mostrecent",
            registry=registry,
        )
        self._commit = prometheus.Histogram(
            "windsock_log_commit_duration_seconds",
            "Time to write a batch to the event log.",
            buckets=_COMMIT_BUCKETS,
            registry=registry,
        )

    def beacon(self, event: str, outcome: str) -> None:
        """One beacon, and what became of it."""
        if not self._counts:
            asyncio.get_running_loop().call_later(FLUSH, self.flush)
        self._counts[event, outcome] += 1

    def flush(self) -> None:
        """Move what was counted into prometheus-client."""
        for labels, amount in self._counts.items():
            self._beacons.labels(*labels).inc(amount)
        self._counts.clear()

    def committed(self, seconds: float, waiting: int, *, failed: bool) -> None:
        """One try to write to the event log; so many rows wait for the next."""
        self._commit.observe(seconds)
        self._waiting.set(waiting)
        if failed:
            self._failed.inc()
