"""What an operator reads of beacons and of the event log."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from edge.telemetry import beacons
from edge.telemetry.beacons import BeaconMetrics


def value(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


def test_beacons_are_counted_by_what_became_of_them_and_show_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beacons, "FLUSH", 0.0)
    registry = CollectorRegistry()
    metrics = BeaconMetrics(registry)

    async def count() -> None:
        for outcome in ("committed", "committed", "repeated"):
            metrics.beacon("reward", outcome)
        await asyncio.sleep(0.01)

    asyncio.run(count())
    metrics.flush()  # nothing is left to count
    assert value(registry, "windsock_beacons_total", event="reward", outcome="committed") == 2
    assert value(registry, "windsock_beacons_total", event="reward", outcome="repeated") == 1


def test_a_commit_is_timed_and_one_that_failed_is_counted() -> None:
    registry = CollectorRegistry()
    metrics = BeaconMetrics(registry)
    metrics.committed(0.004, 7, failed=False)
    metrics.committed(0.2, 9, failed=True)
    assert value(registry, "windsock_log_failures_total") == 1
    assert value(registry, "windsock_log_waiting_rows") == 9
    assert value(registry, "windsock_log_commit_duration_seconds_count") == 2
    assert value(registry, "windsock_log_commit_duration_seconds_bucket", le="0.005") == 1
