"""What a run measured, from Locust's own statistics."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.result import DECIDE, FAILED, Spread, quantile, read, reason


def entry(name: str, times: dict[str, int], failures: int = 0, method: str = "GET") -> dict[str, Any]:
    return {
        "name": name,
        "method": method,
        "num_requests": sum(times.values()),
        "num_failures": failures,
        "response_times": times,
    }


def test_pages_of_all_kinds_are_one_latency() -> None:
    result = read([entry("/", {"10": 50, "20": 45}), entry("/camp", {"30": 4, "400": 1})], 10)
    assert result.pages == 100
    assert result.page == Spread(p50=10, p95=20, p99=30)


def test_decisions_are_told_in_milliseconds_and_are_no_pages() -> None:
    result = read([entry("/", {"10": 4}), entry("decision", {"250": 3, "1200": 1}, method=DECIDE)], 10)
    assert result.pages == 4
    assert result.decision == Spread(p50=0.25, p95=1.2, p99=1.2)


def test_throughput_is_pages_over_the_whole_run() -> None:
    assert read([entry("/", {"10": 20}), entry("/camp", {"10": 20})], 20).per_second == 2.0
    assert read([entry("/", {"10": 1})], 5).per_second == 0.2


def test_failures_are_told_by_kind_of_page_and_reason_and_are_no_pages() -> None:
    rows = [entry("/", {"10": 5}), entry("/camp", {"10": 5}, failures=3)]
    reasons = [
        entry("/camp: status 502", {"0": 2}, method=FAILED),
        entry("/camp: connection refused", {"0": 1}, method=FAILED),
    ]
    result = read([*rows, *reasons], 10)
    assert (result.pages, result.failed) == (10, 3)
    assert result.failures == {"/camp: status 502": 2, "/camp: connection refused": 1}


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [
        (502, ValueError("Bad Gateway for url"), "status 502"),
        (0, ConnectionRefusedError(111, "Connection refused"), "connection refused"),
        (None, TimeoutError(), "TimeoutError"),
        (200, ValueError("the body\n ended early"), "the body ended early"),
    ],
)
def test_a_reason_is_the_status_or_what_kept_the_page_from_having_one(
    status: int | None, error: Exception, told: str
) -> None:
    assert reason(status, error) == told


def test_nothing_measured_is_no_latency() -> None:
    result = read([], 10)
    assert (result.pages, result.per_second, result.page, result.decision) == (0, 0.0, None, None)


@settings(max_examples=100)
@given(st.lists(st.integers(0, 50), min_size=1), st.sampled_from([0.01, 0.5, 0.95, 0.99, 1.0]))
def test_a_quantile_is_the_smallest_value_that_covers_its_share(values: list[int], share: float) -> None:
    counts = {float(value): values.count(value) for value in values}
    found = quantile(counts, share)
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


def test_there_is_no_quantile_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        quantile({}, 0.5)
