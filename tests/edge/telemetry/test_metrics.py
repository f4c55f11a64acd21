from __future__ import annotations

import asyncio

from edge.fallback import Rung
from edge.telemetry.metrics import Metrics


def counted(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_what_is_counted_shows_after_a_flush_and_is_counted_once() -> None:
    metrics = Metrics()

    async def count() -> None:
        metrics.decided("hero", "rain", "rule")
        metrics.decided("hero", "rain", "rule")
        metrics.fell("slot", Rung.DEFAULT)

    asyncio.run(count())
    metrics.flush()
    metrics.flush()
    assert counted(metrics, "windsock_decisions_total", experience="hero", variant="rain", reason="rule") == 2
    assert counted(metrics, "windsock_fallbacks_total", rung="default") == 1


def test_times_fall_into_their_buckets() -> None:
    metrics = Metrics()

    async def count() -> None:
        metrics.decided_in(0.0004)
        metrics.answered(200, 0.02)

    asyncio.run(count())
    metrics.flush()
    assert counted(metrics, "windsock_decision_duration_seconds_bucket", le="0.0005") == 1
    assert counted(metrics, "windsock_decision_duration_seconds_bucket", le="0.00025") == 0
    assert counted(metrics, "windsock_requests_total", status="2xx") == 1


def test_counts_show_by_themselves_in_a_moment() -> None:
    metrics = Metrics()

    async def count() -> None:
        metrics.untouched("charset")
        while counted(metrics, "windsock_pages_untouched_total", reason="charset") is None:  # noqa: ASYNC110 - no event
            await asyncio.sleep(0.001)

    asyncio.run(asyncio.wait_for(count(), 5))
