"""Signals that follow from those that are given."""

from __future__ import annotations

from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.derived import completed
from rules.signals import Signals
from rules.words import DAYPARTS

OSLO, SYDNEY, CAIRO = ZoneInfo("Europe/Oslo"), ZoneInfo("Australia/Sydney"), ZoneInfo("Africa/Cairo")


@pytest.mark.parametrize(
    ("signals", "follows"),
    [
        ({"hour": 20}, {"daypart": "evening"}),
        ({"hour": 5}, {"daypart": "night"}),
        ({"place.hour": 8}, {"place.daypart": "morning"}),
        ({"date": "2026-07-04"}, {"weekday": "sat", "weekend": True, "month": 7, "season": "summer"}),
        ({"weekday": "mon"}, {"weekend": False}),
        ({"month": 12}, {"season": "winter"}),
        ({"month": 12, "country": "AU"}, {"season": "summer"}),
        ({"month": 12, "region": "BR-SP"}, {"season": "summer"}),
        ({"month": 12, "timezone": "Australia/Sydney"}, {"season": "summer"}),
        ({"month": 12, "timezone": "unknown"}, {"season": "winter"}),
        ({"weekday": "fri", "country": "EG"}, {"weekend": True}),
        ({}, {}),
        ({"hour": "unknown", "date": "unknown", "weekday": "unknown", "month": "unknown"}, {}),
    ],
)
def test_what_follows_is_filled_in(signals: Signals, follows: Signals) -> None:
    assert completed(signals, OSLO) == {**signals, **follows}


def test_the_season_is_of_the_sites_hemisphere_and_the_weekend_of_its_country() -> None:
    assert completed({"month": 7}, SYDNEY)["season"] == "winter"
    assert completed({"weekday": "fri"}, CAIRO)["weekend"] is True


def test_an_hour_in_two_parts_of_the_day_is_in_none_for_certain() -> None:
    parts = {"lunch": (11.0, 13.5), "rest": (13.5, 17.0)}
    assert completed({"hour": 12}, UTC, parts) == {"hour": 12, "daypart": "lunch"}
    assert completed({"hour": 13}, UTC, parts) == {"hour": 13}
    assert completed({"hour": 20}, UTC, parts) == {"hour": 20}


GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "hour": st.integers(0, 23),
        "daypart": st.sampled_from((*DAYPARTS, "unknown")),
        "date": st.dates(date(1971, 1, 1), date(2999, 12, 31)).map(str),
        "weekday": st.sampled_from(("mon", "sun", "unknown")),
        "weekend": st.booleans(),
        "month": st.integers(1, 12),
        "season": st.sampled_from(("winter", "unknown")),
        "country": st.sampled_from(("NO", "AU", "EG", "unknown")),
    },
)


@given(GIVEN, st.sampled_from((OSLO, SYDNEY, CAIRO, UTC)))
def test_what_is_given_stays_and_twice_is_once(signals: Signals, zone: ZoneInfo) -> None:
    once = completed(signals, zone)
    assert once.items() >= signals.items()
    assert completed(once, zone) == once
