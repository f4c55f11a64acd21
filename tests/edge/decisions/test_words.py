"""Conditions in plain words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decisions.words import missed, shown, wish
from rules.phrase import condition
from rules.when import evaluate


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
        ({"not": {"country": "NO"}}, "not: country is NO"),
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
        ({"country": "NO"}, {"country": "SE"}, ("country is SE, not NO",)),
        ({"country": "NO"}, {}, ("country is unknown, not NO",)),
        ({"country": "NO", "device": "tv"}, {"country": "NO", "device": "mobile"}, ("device is mobile, not tv",)),
        (
            {"country": "NO", "device": "tv"},
            {"device": "mobile"},
            ("country is unknown, not NO", "device is mobile, not tv"),
        ),
        ({"hour": "22-6"}, {"hour": 17}, ("hour is 17, not at least 22 or less than 6",)),
        ({"temperature": "< 5"}, {"temperature": 12.5}, ("temperature is 12.5, not less than 5",)),
        (
            {"any": [{"country": "NO"}, {"device": "tv"}]},
            {"country": "SE", "device": "mobile"},
            ("none of these: country is SE, not NO; device is mobile, not tv",),
        ),
        ({"not": {"country": "NO"}}, {"country": "NO"}, ("excluded, since country is NO",)),
        ({"not": {"country": "NO"}}, {}, ("country is unknown",)),
        ({"not": {"any": [{"device": "tv"}, {"wind": "> 10"}]}}, {"device": "mobile"}, ("wind is unknown",)),
        (
            {"not": {"any": [{"device": "tv"}, {"wind": "> 10"}]}},
            {},
            ("device is unknown, and wind is unknown",),
        ),
        ({"not": {"not": {"country": "NO"}}}, {"country": "SE"}, ("excluded, since not: country is NO",)),
    ],
)
def test_what_a_condition_lacks_is_said_part_by_part(
    written: dict[str, Any], signals: dict[str, Any], sentences: tuple[str, ...]
) -> None:
    assert missed(condition(written), signals) == sentences


@pytest.mark.parametrize(("value", "words"), [(True, "true"), (False, "false"), (5.0, "5"), (7, "7"), ("rain", "rain")])
def test_values_are_shown_as_a_marketer_writes_them(value: Any, words: str) -> None:
    assert shown(value) == words


PARTS = st.sampled_from([{"country": ["NO", "SE"]}, {"device": "tv"}, {"wind": "> 10"}, {"weather": "unknown"}])
TREES = st.recursive(
    PARTS,
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda listed: {"any": listed}),
        st.lists(parts, min_size=1, max_size=3).map(lambda listed: {"all": listed}),
        parts.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)
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
