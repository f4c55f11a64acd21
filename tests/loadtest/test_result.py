"""What a run measured, from Locust's own statistics."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.result import DECIDE, Spread, quantile, read


def entry(name: str, times: dict[str, int], failures: int = 0, method: str = "GET") -> dict[str, Any]:
    return {
        "name": name,
        "method": method,
        "num_requests": sum(times.values()),
        "num_failures": failures,
        "response_times": times,
        "start_time": 100.0,
        "last_request_timestamp": 110.0,
    }


def test_pages_of_all_kinds_are_one_latency() -> None:
    result = read([entry("/", {"10": 50, "20": 45}), entry("/camp", {"30": 4, "400": 1})])
    assert result.pages == 100
    assert result.page == Spread(p50=10, p95=20, p99=30)


def test_decisions_are_told_in_milliseconds_and_are_no_pages() -> None:
    result = read([entry("/", {"10": 4}), entry("decision", {"250": 3, "1200": 1}, method=DECIDE)])
    assert result.pages == 4
    assert result.decision == Spread(p50=0.25, p95=1.2, p99=1.2)


def test_throughput_is_pages_from_the_first_start_to_the_last_answer() -> None:
    later = entry("/camp", {"10": 20}) | {"last_request_timestamp": 120.0}
    assert read([entry("/", {"10": 20}), later]).per_second == 2.0


def test_failures_are_told_by_kind_of_page() -> None:
    result = read([entry("/", {"10": 5}), entry("/camp", {"10": 5}, failures=2)])
    assert result.failed == 2
    assert result.failures == {"/camp": 2}


def test_nothing_measured_is_no_latency() -> None:
    result = read([])
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
