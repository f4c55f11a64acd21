"""Conditions in plain words."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decisions.words import closed, missed, shown, wish
from rules.phrase import condition
from rules.when import evaluate
from rules.window import Window, moment, recurrence
from tests.conditions import written as trees


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"country": "NO"}, "country is NO"),
        ({"country": ["US", "CA"]}, "country is CA or US"),
        ({"weekday": "mon-wed"}, "weekday is mon or tue or wed"),
        ({"month": "nov-jan"}, "month is 1 or 11 or 12"),
        ({"weekend": True}, "weekend is true"),
        ({"path": "/sale/*"}, "path is like /sale/*"),
        ({"temperature": "< 5"}, "temperature is less than 5"),
        ({"temperature": "18-25"}, "temperature is at least 18 and at most 25"),
        ({"country": "NO", "device": "tv"}, "country is NO, and device is tv"),
        ({"any": [{"country": "NO"}, {"device": "tv"}]}, "country is NO, or device is tv"),
        ({"not": {"country": "NO"}}, "country is not NO"),
        ({"not": {"country": "NO", "device": "tv"}}, "not (country is NO, and device is tv)"),
        (
            {"country": "NO", "any": [{"device": "tv"}, {"wind": "> 10"}]},
            "country is NO, and (device is tv, or wind is more than 10)",
        ),
    ],
)
def test_a_condition_reads_as_a_sentence(written: dict[str, Any], words: str) -> None:
    assert wish(condition(written)) == words


@pytest.mark.parametrize(
    ("written", "signals", "sentences"),
    [
        ({"country": "NO"}, {"country": "NO"}, ()),
        ({"country": "NO"}, {"country": "SE"}, ("needs country NO; here it is SE",)),
        ({"country": "NO"}, {}, ("needs country NO; that cannot be said: country is unknown",)),
        (
            {"country": "NO", "device": "tv"},
            {"country": "NO", "device": "mobile"},
            ("needs device tv; here it is mobile",),
        ),
        (
            {"country": "NO", "device": "tv"},
            {"device": "mobile"},
            ("needs country NO; that cannot be said: country is unknown", "needs device tv; here it is mobile"),
        ),
        ({"hour": "22-6"}, {"hour": 17}, ("needs hour at least 22 or less than 6; here it is 17",)),
        ({"temperature": "< 5"}, {"temperature": 12.5}, ("needs temperature less than 5; here it is 12.5",)),
        (
            {"any": [{"country": "NO"}, {"device": "tv"}]},
            {"country": "SE", "device": "mobile"},
            ("needs country NO, or device tv; here country is SE and device is mobile",),
        ),
        ({"not": {"country": "NO"}}, {"country": "NO"}, ("is not for country NO; here it is NO",)),
        ({"not": {"country": "NO"}}, {}, ("is not for country NO; that cannot be said: country is unknown",)),
        (
            {"not": {"any": [{"device": "tv"}, {"wind": "> 10"}]}},
            {"device": "mobile"},
            ("is not for device tv, or wind more than 10; that cannot be said: wind is unknown",),
        ),
        (
            {"not": {"any": [{"device": "tv"}, {"wind": "> 10"}]}},
            {},
            ("is not for device tv, or wind more than 10; that cannot be said: device is unknown and wind is unknown",),
        ),
        ({"not": {"not": {"country": "NO"}}}, {"country": "SE"}, ("is not for country not NO; here it is SE",)),
    ],
)
def test_what_a_condition_lacks_is_said_part_by_part(
    written: dict[str, Any], signals: dict[str, Any], sentences: tuple[str, ...]
) -> None:
    assert missed(condition(written), signals) == sentences


@pytest.mark.parametrize(("value", "words"), [(True, "true"), (False, "false"), (5.0, "5"), (7, "7"), ("rain", "rain")])
def test_values_are_shown_as_a_marketer_writes_them(value: Any, words: str) -> None:
    assert shown(value) == words


OSLO = ZoneInfo("Europe/Oslo")
SUNDAY_NOON = datetime(2026, 11, 22, 12, tzinfo=OSLO).timestamp()


@pytest.mark.parametrize(
    ("starts", "ends", "every", "words"),
    [
        ("", "", [], ""),
        ("2026-12-24", "", [], "it starts on 2026-12-24"),
        ("2026-12-24 09:30", "", [], "it starts on 2026-12-24 at 09:30"),
        ("", "2026-11-01", [], "it ended with 2026-11-01"),
        ("", "2026-11-01 18:00", [], "it ended on 2026-11-01 at 18:00"),
        ("", "", ["mon-fri 06:00-12:00"], "it runs mon-fri 06:00-12:00, and now it is sun 12:00"),
        ("", "", ["sat,sun 22:00-02:00", "mon"], "it runs sat-sun 22:00-02:00 and mon, and now it is sun 12:00"),
        ("", "", ["06:00-12:00"], "it runs 06:00-12:00, and now it is sun 12:00"),
        ("", "", ["mon,wed-thu"], "it runs mon,wed-thu, and now it is sun 12:00"),
    ],
)
def test_a_schedule_says_when_it_is_open(starts: str, ends: str, every: list[str], words: str) -> None:
    window = Window(
        moment(starts, OSLO) if starts else -math.inf,
        moment(ends, OSLO, whole_day=True) if ends else math.inf,
        tuple(map(recurrence, every)),
        OSLO,
    )
    assert closed(window, SUNDAY_NOON) == words


PARTS = st.sampled_from([{"country": ["NO", "SE"]}, {"device": "tv"}, {"wind": "> 10"}, {"weather": "unknown"}])
TREES = trees(PARTS, 5)
SIGNALS = st.fixed_dictionaries(
    {},
    optional={
        "country": st.sampled_from(["NO", "DK"]),
        "device": st.sampled_from(["tv", "mobile"]),
        "wind": st.sampled_from([5.0, 15.0]),
        "weather": st.just("rain"),
    },
)


@given(TREES, SIGNALS)
def test_something_is_lacking_exactly_where_a_condition_is_not_true(
    tree: dict[str, Any], signals: dict[str, Any]
) -> None:
    compiled = condition(tree)
    lacking = missed(compiled, signals)
    assert (lacking == ()) is (evaluate(compiled, signals) is True)
    assert all(lacking)
    assert wish(compiled)
