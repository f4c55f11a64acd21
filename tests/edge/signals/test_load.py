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
    rate = Rate(0)
    for second in range(100):
        rate.add(5, second)
    assert rate.per_minute(99.5) == pytest.approx(300, rel=0.06)
    assert rate.per_minute(99.5 + SPAN) == 0


def test_a_site_that_has_just_started_is_judged_by_what_came_so_far() -> None:
    rate = Rate(0)
    rate.add(20, 2)
    assert rate.per_minute(2) == 600


def test_a_clock_that_goes_back_leaves_nothing_behind() -> None:
    rate = Rate(1000)
    rate.add(50, 1000)
    assert rate.per_minute(10) == 0
