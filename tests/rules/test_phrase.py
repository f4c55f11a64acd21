from __future__ import annotations

import pytest

from rules.phrase import NESTING, condition, given
from rules.problem import ReadingError
from rules.signals import Signals
from rules.vocabulary import Own
from rules.when import AllOf, AnyOf, Between, Condition, Is, Not, evaluate
from rules.words import Signal


def holds(tree: object, **signals: object) -> bool | None:
    named: Signals = {name.replace("__", "."): value for name, value in signals.items()}  # type: ignore[misc]
    return evaluate(condition(tree), named)


@pytest.mark.parametrize(
    ("tree", "means"),
    [
        ({"country": "NO"}, Is("country", frozenset({"NO"}))),
        ({"country": ["no", "US"]}, Is("country", frozenset({"NO", "US"}))),
        ({"weekend": True}, Is("weekend", frozenset({True}))),
        ({"weekend": "no"}, Is("weekend", frozenset({False}))),
        ({"hour": 7}, Is("hour", frozenset({7}))),
        ({"temperature": "< 5"}, Between("temperature", None, 5.0, with_high=False)),
        ({"temperature": ">= -2.5"}, Between("temperature", -2.5, None)),
        ({"temperature": "< 41F"}, Between("temperature", None, 5.0, with_high=False)),
        ({"temperature": "32-50F"}, Between("temperature", 0.0, 10.0)),
        ({"temperature": "-5--2"}, Between("temperature", -5.0, -2.0)),
        ({"temperature": "-5 – 5 °C"}, Between("temperature", -5.0, 5.0)),
        ({"wind": "10-12.5"}, Between("wind", 10.0, 12.5)),
        ({"hour": "17-22"}, Between("hour", 17, 22, with_high=False)),
        ({"hour": "17:00-24:00"}, Between("hour", 17, 24, with_high=False)),
        ({"hour": "22-6"}, AnyOf((Between("hour", 22, None), Between("hour", None, 6, with_high=False)))),
        ({"hour": "22-0"}, Between("hour", 22, None)),
        ({"hour": "< 6"}, Between("hour", None, 6, with_high=False)),
        ({"date": "2026-12-24"}, Is("date", frozenset({"2026-12-24"}))),
        ({"date": ">= 2026-12-24"}, Between("date", "2026-12-24", None)),
        ({"date": "2026-12-20 - 2027-01-06"}, Between("date", "2026-12-20", "2027-01-06")),
        ({"weekday": "fri-mon"}, Is("weekday", frozenset({"fri", "sat", "sun", "mon"}))),
        ({"weekday": [1, "Saturday"]}, Is("weekday", frozenset({"mon", "sat"}))),
        ({"month": "nov-feb"}, Is("month", frozenset({11, 12, 1, 2}))),
        ({"month": ["6", "July", "9-10"]}, Is("month", frozenset({6, 7, 9, 10}))),
        ({"query.page": 3}, Is("query.page", frozenset({"3"}))),
        ({"country": ["NO", "unknown"]}, Is("country", frozenset({"NO", "unknown"}))),
        ({"place.weather": "rain"}, Is("place.weather", frozenset({"rain"}))),
        ({"hour": [3, "17-22"]}, AnyOf((Is("hour", frozenset({3})), Between("hour", 17, 22, with_high=False)))),
    ],
)
def test_what_stands_beside_a_signal_has_one_meaning(tree: object, means: Condition) -> None:
    assert condition(tree) == means


def test_several_signals_must_all_hold() -> None:
    both = condition({"country": "NO", "weather": "rain"})
    assert both == AllOf((Is("country", frozenset({"NO"})), Is("weather", frozenset({"rain"}))))


def test_any_takes_a_list_of_conditions_or_a_mapping() -> None:
    parts = (Is("country", frozenset({"NO"})), Is("language", frozenset({"no"})))
    assert condition({"any": [{"country": "NO"}, {"language": "no"}]}) == AnyOf(parts)
    assert condition({"any": {"country": "NO", "language": "no"}}) == AnyOf(parts)


def test_conditions_nest() -> None:
    tree = {"all": [{"not": {"any": [{"weather": "rain"}, {"wind": "> 10"}]}}, {"device": "tv"}]}
    assert isinstance(condition(tree), AllOf)
    assert holds(tree, weather="clear", wind=3.0, device="tv") is True
    assert holds(tree, weather="clear", device="tv") is None
    assert holds(tree, weather="rain", device="tv") is False


def test_not_of_a_list_means_none_of_these() -> None:
    assert condition({"not": {"country": ["NO", "SE"]}}) == Not(Is("country", frozenset({"NO", "SE"})))
    assert holds({"not": {"country": ["NO", "SE"]}}, country="DK") is True
    assert holds({"not": {"country": ["NO", "SE"]}}) is None


def test_a_number_range_includes_both_ends_and_a_time_range_only_the_first() -> None:
    assert [holds({"temperature": "18-25"}, temperature=t) for t in (17.9, 18.0, 25.0, 25.1)] == [
        False,
        True,
        True,
        False,
    ]
    assert [holds({"hour": "17-22"}, hour=hour) for hour in (16, 17, 21, 22)] == [False, True, True, False]


def test_hours_cross_midnight() -> None:
    assert [holds({"hour": "22-6"}, hour=hour) for hour in (21, 22, 23, 0, 5, 6)] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]


def test_texts_may_hold_stars() -> None:
    assert holds({"path": "/sale/*"}, path="/sale/shoes") is True
    assert holds({"query.ref": ["mail", "partner-*"]}, query__ref="partner-7") is True
    assert holds({"query.ref": "*"}) is None


def test_all_mistakes_of_a_condition_are_found_at_once_with_their_places() -> None:
    tree = {"contry": "NO", "any": [{"weather": ["rain", "sunny"]}, {"hour": "25"}], "device": "phone"}
    with pytest.raises(ReadingError) as caught:
        condition(tree)
    assert [mistake.at for mistake in caught.value.mistakes] == [
        ("contry",),
        ("any", 0, "weather", 1),
        ("any", 1, "hour"),
        ("device",),
    ]


def test_nesting_has_an_end() -> None:
    tree: object = {"device": "tv"}
    for _ in range(NESTING + 1):
        tree = {"not": tree}
    with pytest.raises(ReadingError, match="deep"):
        condition(tree)


@pytest.mark.parametrize("tree", [None, "country is NO", 7, [], [{"country": "NO"}], {}, {"any": []}, {"not": None}])
def test_what_is_no_condition_is_refused(tree: object) -> None:
    with pytest.raises(ReadingError):
        condition(tree)


def test_dayparts_are_those_of_the_site() -> None:
    assert condition({"daypart": "lunch"}, Own(("lunch",))) == Is("daypart", frozenset({"lunch"}))
    with pytest.raises(ReadingError, match="lunch"):
        condition({"daypart": "evening"}, Own(("lunch",)))


def test_a_signal_of_the_sites_own_has_the_words_that_the_site_gives_it() -> None:
    own = Own(signals={"mood": Signal("mood", "word", "", ("calm", "busy")), "queue": Signal("queue", "number", "")})
    assert condition({"mood": "Calm", "queue": "> 5"}, own) == AllOf(
        (Is("mood", frozenset({"calm"})), Between("queue", 5.0, None, with_low=False))
    )
    with pytest.raises(ReadingError, match="mood"):
        condition({"mood": "calm"})
    with pytest.raises(ReadingError, match="did you mean `calm`"):
        condition({"mood": "clam"}, own)


def test_a_test_gives_one_value_for_each_signal() -> None:
    assert given({"temperature": "41F", "country": "us", "weather": "unknown"}) == {
        "temperature": 5.0,
        "country": "US",
        "weather": "unknown",
    }
    with pytest.raises(ReadingError, match="one value"):
        given({"country": ["US"]})
