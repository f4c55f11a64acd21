"""The moment of a request on the site's clock."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.time import daypart, signals
from rules.words import DAYPARTS, SIGNALS

OSLO = ZoneInfo("Europe/Oslo")


def at(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()


def test_everything_that_a_clock_and_a_calendar_tell() -> None:
    assert signals(at("2026-11-22T18:30:00+00:00"), OSLO, {}) == {
        "hour": 19,
        "daypart": "evening",
        "weekday": "sun",
        "weekend": True,
        "date": "2026-11-22",
        "month": 11,
        "season": "autumn",
    }


def test_the_same_moment_is_another_day_elsewhere() -> None:
    moment = at("2026-12-31T23:30:00+00:00")
    assert signals(moment, ZoneInfo("America/New_York"), {})["date"] == "2026-12-31"
    assert signals(moment, ZoneInfo("Asia/Tokyo"), {})["date"] == "2027-01-01"


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        ("2026-03-29T00:59:00+00:00", 1),
        ("2026-03-29T01:00:00+00:00", 3),  # clocks go forward
        ("2026-10-25T00:30:00+00:00", 2),
        ("2026-10-25T01:30:00+00:00", 2),  # and back: the hour is shown twice
    ],
)
def test_the_hour_is_what_the_clocks_show_when_they_change(moment: str, hour: int) -> None:
    assert signals(at(moment), OSLO, {})["hour"] == hour


def test_zones_may_be_off_by_half_an_hour() -> None:
    assert signals(at("2026-11-22T06:15:00+00:00"), ZoneInfo("Asia/Kolkata"), {})["hour"] == 11


@pytest.mark.parametrize(
    ("hour", "name"),
    [
        (0, "night"),
        (5.99, "night"),
        (6, "morning"),
        (11.99, "morning"),
        (12, "afternoon"),
        (17, "evening"),
        (21.99, "evening"),
        (22, "night"),
    ],
)
def test_a_part_of_the_day_ends_where_the_next_begins(hour: float, name: str) -> None:
    assert daypart(hour, DAYPARTS) == name


def test_a_site_may_name_its_own_parts_of_the_day_with_gaps() -> None:
    parts = {"lunch": (11.5, 13.5), "late": (23.0, 1.0)}
    assert [daypart(hour, parts) for hour in (11.25, 11.5, 13.5, 23.5, 0.5, 1.0)] == [
        None,
        "lunch",
        None,
        "late",
        "late",
        None,
    ]


def test_in_a_gap_the_part_of_the_day_is_not_known() -> None:
    assert "daypart" not in signals(at("2026-11-22T08:00:00+00:00"), OSLO, {"lunch": (11.5, 13.5)})


@pytest.mark.parametrize(
    ("month", "season"),
    [(12, "winter"), (2, "winter"), (3, "spring"), (5, "spring"), (6, "summer"), (8, "summer"), (9, "autumn")],
)
def test_seasons_turn_with_the_month(month: int, season: str) -> None:
    assert signals(at(f"2026-{month:02}-15T12:00:00+00:00"), OSLO, {})["season"] == season


@given(st.integers(0, 4_000_000_000), st.integers(-14 * 4, 14 * 4))
def test_at_every_moment_each_signal_has_a_value_that_rules_can_ask_for(moment: int, quarters: int) -> None:
    found = signals(float(moment), timezone(timedelta(minutes=15 * quarters)), {})
    assert set(found) == {"hour", "daypart", "weekday", "weekend", "date", "month", "season"}
    for name in ("daypart", "season"):
        assert found[name] in SIGNALS[name].words
