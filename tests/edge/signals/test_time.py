"""The moment of a request, on the clock of where the visitor is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.place import NOWHERE, Place, place
from edge.signals.time import Times
from rules.derived import Dayparts, daypart
from rules.values import Value
from rules.words import DAYPARTS, SIGNALS

OSLO = ZoneInfo("Europe/Oslo")


def signals(moment: float, zone: tzinfo, dayparts: Dayparts, where: Place = NOWHERE) -> Mapping[str, Value]:
    return Times(zone, dayparts).signals(moment, where)


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


@pytest.mark.parametrize(
    ("where", "hour", "date"),
    [
        ({}, 19, "2026-11-22"),  # the site's clock where nothing is known
        ({"country": "US", "timezone": "America/Denver"}, 11, "2026-11-22"),
        ({"country": "NZ", "timezone": "Pacific/Auckland"}, 7, "2026-11-23"),
        ({"country": "JP"}, 3, "2026-11-23"),  # a country with one clock needs no more
        ({"country": "US"}, 19, "2026-11-22"),  # one with several does not tell which
        ({"country": "NO", "timezone": "../../etc/passwd"}, 19, "2026-11-22"),
    ],
)
def test_the_clock_is_the_visitors(where: dict[str, object], hour: int, date: str) -> None:
    found = signals(at("2026-11-22T18:30:00+00:00"), OSLO, {}, place(where))
    assert (found["hour"], found["date"]) == (hour, date)


@pytest.mark.parametrize(
    ("where", "zone", "season"),
    [
        ({}, "Europe/Oslo", "winter"),
        ({}, "Australia/Sydney", "summer"),  # the site's hemisphere where the visitor's is unknown
        ({"country": "AU"}, "Europe/Oslo", "summer"),
        ({"country": "NO"}, "Australia/Sydney", "winter"),
        ({"country": "BR", "latitude": 2.8, "longitude": -60.7}, "Europe/Oslo", "winter"),  # Boa Vista is in the north
        ({"country": "ID", "latitude": 3.6, "longitude": 98.7}, "Europe/Oslo", "winter"),
    ],
)
def test_seasons_are_those_of_the_hemisphere(where: dict[str, object], zone: str, season: str) -> None:
    assert signals(at("2027-01-15T12:00:00+00:00"), ZoneInfo(zone), {}, place(where))["season"] == season


@pytest.mark.parametrize(
    ("month", "season"), [(1, "summer"), (3, "autumn"), (5, "autumn"), (6, "winter"), (9, "spring"), (12, "summer")]
)
def test_in_the_south_seasons_are_half_a_year_away(month: int, season: str) -> None:
    moment = at(f"2026-{month:02}-15T12:00:00+00:00")
    assert signals(moment, OSLO, {}, place({"country": "AU"}))["season"] == season


@pytest.mark.parametrize(
    ("country", "free"),
    [("", "sat sun"), ("NO", "sat sun"), ("SA", "fri sat"), ("IL", "fri sat"), ("IR", "fri"), ("BN", "fri sun"),
     ("AE", "sat sun")],
)  # fmt: skip
def test_the_weekend_is_that_of_the_country(country: str, free: str) -> None:
    days = {}
    for day in range(16, 23):
        found = signals(at(f"2026-11-{day}T12:00:00+00:00"), OSLO, {}, Place(country=country))
        days[found["weekday"]] = found["weekend"]
    assert [day for day, weekend in days.items() if weekend] == free.split()


def test_a_site_whose_zone_is_one_countrys_has_that_countrys_weekend() -> None:
    friday = at("2026-11-20T12:00:00+00:00")
    assert signals(friday, ZoneInfo("Asia/Riyadh"), {})["weekend"] is True
    assert signals(friday, ZoneInfo("Asia/Riyadh"), {}, Place(country="NO"))["weekend"] is False


def test_within_a_minute_the_answer_is_the_same_object() -> None:
    times = Times(OSLO)
    first = times.signals(at("2026-11-22T18:30:00+00:00"))
    assert times.signals(at("2026-11-22T18:30:59+00:00")) is first
    assert times.signals(at("2026-11-22T18:31:00+00:00")) is not first


@given(st.integers(0, 4_000_000_000), st.integers(-14 * 4, 14 * 4))
def test_at_every_moment_each_signal_has_a_value_that_rules_can_ask_for(moment: int, quarters: int) -> None:
    found = signals(float(moment), timezone(timedelta(minutes=15 * quarters)), {})
    assert set(found) == {"hour", "daypart", "weekday", "weekend", "date", "month", "season"}
    for name in ("daypart", "season"):
        assert found[name] in SIGNALS[name].words
