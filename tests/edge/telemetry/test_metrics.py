from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

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


@given(st.lists(st.floats(0, 20) | st.sampled_from([0.005, 0.25, 10.0])))
def test_a_histogram_is_what_it_would_be_with_each_time_observed_by_itself(times: list[float]) -> None:
    metrics, registry = Metrics(), CollectorRegistry()

    async def count() -> None:
        for seconds in times:
            metrics.answered(200, seconds)

    asyncio.run(count())
    metrics.flush()
    bounds = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
    plain = Histogram("plain", "Plain.", buckets=bounds, registry=registry)
    for seconds in times:
        plain.observe(seconds)
    for bound in (*map(str, bounds), "+Inf"):
        ours = counted(metrics, "http_server_request_duration_seconds_bucket", le=bound)
        assert ours == registry.get_sample_value("plain_bucket", {"le": bound})
    total = counted(metrics, "http_server_request_duration_seconds_sum")
    assert total == pytest.approx(registry.get_sample_value("plain_sum"))


@pytest.mark.parametrize(("status", "label"), [(101, "1xx"), (304, "3xx"), (599, "5xx"), (1200, "2xx")])
def test_any_status_of_an_app_is_counted(status: int, label: str) -> None:
    metrics = Metrics()

    async def count() -> None:
        metrics.answered(status, 0.01)

    asyncio.run(count())
    metrics.flush()
    assert counted(metrics, "windsock_requests_total", status=label) == 1


def test_the_exposition_holds_what_was_counted_a_moment_ago() -> None:
    metrics = Metrics()

    async def count() -> bytes:
        metrics.untouched("charset")
        return metrics.exposition()

    assert b'windsock_pages_untouched_total{reason="charset"} 1.0' in asyncio.run(count())
