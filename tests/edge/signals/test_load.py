"""How busy the site is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.load import SPAN, Rate, level
from rules.values import Load

LOAD = Load(busy=600, quiet=60, margin=0.2)


@pytest.mark.parametrize(
    ("was", "rate", "becomes"),
    [
        ("unknown", 0, "quiet"),
        ("unknown", 60, "normal"),
        ("unknown", 600, "busy"),
        ("normal", 599, "normal"),
        ("busy", 599, "busy"),
        ("busy", 480, "busy"),
        ("busy", 479, "normal"),
        ("normal", 60, "normal"),
        ("normal", 59, "quiet"),
        ("quiet", 71, "quiet"),
        ("quiet", 72, "normal"),
        ("quiet", 700, "busy"),
        ("busy", 10, "quiet"),
    ],
)
def test_a_level_is_left_only_when_the_rate_is_well_beyond_its_border(was: str, rate: float, becomes: str) -> None:
    assert level(was, rate, LOAD) == becomes


def test_without_thresholds_nobody_knows() -> None:
    assert level("busy", 10_000, None) == "unknown"


@given(st.floats(0, 1e6))
def test_a_steady_rate_gives_a_steady_level(rate: float) -> None:
    once = level("normal", rate, LOAD)
    assert level(once, rate, LOAD) == once


def test_the_rate_is_pages_a_minute_over_the_last_seconds() -> None:
    rate = Rate()
    for second in range(100):
        rate.add(5, second)
    assert rate.per_minute(99.5) == pytest.approx(300, rel=0.06)
    assert rate.per_minute(99.5 + SPAN) == 0


def test_the_first_visitors_of_a_site_that_has_just_started_are_no_crowd() -> None:
    rate = Rate()
    for tenth in range(10):
        rate.add(2, tenth / 10)
        assert level("unknown", rate.per_minute(tenth / 10), LOAD) in ("quiet", "normal")


def test_a_crowd_at_the_start_is_one_as_soon_as_it_would_be_one_over_the_whole_time() -> None:
    rate = Rate()
    rate.add(200, 2)
    assert rate.per_minute(2) == 600


def test_a_clock_that_goes_back_leaves_nothing_behind() -> None:
    rate = Rate()
    rate.add(50, 1000)
    assert rate.per_minute(10) == 0
