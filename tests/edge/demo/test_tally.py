"""The arithmetic of the demo's summary."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.demo.crowd import Sight
from edge.demo.tally import Tally, fallbacks, quantile
from loadtest.reading import Shown


def sight(**fields: object) -> Sight:
    return Sight(**({"persona": "sofa", "path": "/", "first": False, "status": 200} | fields))  # type: ignore[arg-type]


def told(*sights: Sight) -> Tally:
    tally = Tally()
    for one in sights:
        tally.add(one)
    return tally


def test_a_visit_is_counted_once_and_each_of_its_pages() -> None:
    summary = told(sight(first=True), sight(), sight(), sight(first=True)).summary({})
    assert (summary.visits, summary.pages) == (2, 4)


@pytest.mark.parametrize(("status", "failed"), [(200, 0), (302, 0), (304, 0), (404, 1), (502, 1), (0, 1)])
def test_a_page_fails_when_a_person_would_call_it_broken(status: int, failed: int) -> None:
    assert told(sight(status=status)).summary({}).failed == failed


def test_failures_are_named_by_page_the_most_frequent_first() -> None:
    gone, none = sight(path="/gone", status=404), sight(status=0, why="ReadTimeout")
    summary = told(none, gone, gone).summary({})
    assert list(summary.failures.items()) == [("/gone: status 404", 2), ("/: no answer (ReadTimeout)", 1)]


def test_decisions_are_counted_by_experience_and_variant() -> None:
    wide, compact = Shown("nav", "wide", "split", 0.5), Shown("nav", "compact", "split", 0.5)
    hero = Shown("hero", "dawn", "rule", 1.0)
    summary = told(sight(shown=(wide, hero)), sight(shown=(compact,)), sight(shown=(compact,))).summary({})
    assert summary.decisions == {"hero": {"dawn": 1}, "nav": {"compact": 2, "wide": 1}}
    assert list(summary.decisions["nav"]) == ["compact", "wide"]


def test_the_hit_share_is_of_the_pages_that_told() -> None:
    summary = told(sight(hit=True), sight(hit=False), sight(hit=False), sight(hit=None), sight(hit=True)).summary({})
    assert summary.hit_share == 0.5


def test_no_page_is_no_hit() -> None:
    assert Tally().summary({}).hit_share == 0.0


def test_the_decision_has_a_median_and_a_p99() -> None:
    summary = told(*(sight(decide_ms=float(number)) for number in range(100, 0, -1))).summary({})
    assert (summary.decide_median_ms, summary.decide_p99_ms) == (50.0, 99.0)


def test_without_decisions_there_is_no_time() -> None:
    assert told(sight()).summary(None).decide_median_ms is None


@settings(max_examples=100)
@given(st.lists(st.floats(0, 100), min_size=1), st.sampled_from([0.5, 0.99]))
def test_a_quantile_covers_its_share_and_no_smaller_value_does(values: list[float], share: float) -> None:
    found = quantile(sorted(values), share)
    assert found is not None
    assert sum(value <= found for value in values) >= share * len(values)
    assert sum(value < found for value in values) < share * len(values)


def test_fallbacks_are_read_by_rung_from_the_metrics() -> None:
    page = (
        "# TYPE windsock_fallbacks_total counter",
        'windsock_fallbacks_total{rung="default"} 3.0',
        'windsock_fallbacks_total{rung="untouched"} 1.0',
        'windsock_fallbacks_total{rung="error"} 0.0',
        'windsock_failures_total{failure="slot"} 9.0',
        "",
    )
    assert fallbacks(page) == {"default": 3, "untouched": 1}
