"""The cell: what one model hears of a context, as texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decisions.cell import LONGEST, cell, raw
from rules.signals import Signals, Value

BANDS = [
    ("country", "NO", "NO"),
    ("city", "Bergen", "Bergen"),
    ("weekend", True, "yes"),
    ("save_data", False, "no"),
    ("temperature", 7.2, "5..9"),
    ("temperature", 0, "0..4"),
    ("temperature", -0.5, "-5..-1"),
    ("feels_like", 9.99, "5..9"),
    ("wind", 5, "5..9"),
    ("place.temperature", -12.0, "-15..-11"),
    ("hour", 17, "17"),
    ("place.hour", 0, "0"),
    ("month", 11, "11"),
    ("queue", 10, "10..19"),
    ("session.pages", 9.0, "0..9"),
    ("queue", 1e300, "other"),
    ("queue", float("nan"), "other"),
    ("weather", "unknown", "unknown"),
    ("temperature", "unknown", "unknown"),
]


@pytest.mark.parametrize(("name", "value", "word"), BANDS)
def test_words_stay_and_numbers_come_in_bands(name: str, value: Value, word: str) -> None:
    assert cell([name], {name: value}) == (word,)


def test_there_is_a_text_for_each_signal_in_the_order_of_the_model() -> None:
    assert cell(["weather", "hour", "country"], {"country": "NO", "hour": 7}) == ("unknown", "7", "NO")


def test_a_value_that_is_not_kept_is_other_and_unknown_always_is_unknown() -> None:
    kept = (frozenset({"NO", "SE"}), None, frozenset({"mobile"}))
    asked = ["country", "daypart", "device"]
    assert cell(asked, {"country": "NO", "daypart": "night", "device": "tv"}, kept) == ("NO", "night", "other")
    assert cell(asked, {"country": "DK"}, kept) == ("other", "unknown", "unknown")


def test_a_list_that_is_too_short_keeps_all_of_the_rest() -> None:
    assert cell(["country", "city"], {"country": "NO", "city": "Bergen"}, (frozenset(),)) == ("other", "Bergen")


def test_what_is_counted_is_the_value_before_it_becomes_other() -> None:
    signals: Signals = {"country": "DK", "temperature": 3}
    assert raw(["country", "temperature"], signals) == ("DK", "0..4")
    assert cell(["country", "temperature"], signals, (frozenset({"NO"}), None)) == ("other", "0..4")


def test_a_text_that_a_visitor_makes_long_is_other() -> None:
    assert cell(["city"], {"city": "x" * LONGEST}) == ("x" * LONGEST,)
    assert cell(["city"], {"city": "x" * (LONGEST + 1)}) == ("other",)


@pytest.mark.parametrize("name", ["query.q", "utm.content", "path", "previous.path"])
def test_what_one_visitor_alone_may_have_in_an_address_is_other_until_it_is_kept(name: str) -> None:
    signals: Signals = {name: "jane@example.com"}
    assert cell([name], signals) == cell([name], signals, (None,)) == ("other",)
    assert cell([name], signals, (frozenset({"jane@example.com"}),)) == ("jane@example.com",)
    assert cell([name], {}) == ("unknown",)


@given(st.floats(-100, 59))
def test_a_degree_lies_in_its_band(degrees: float) -> None:
    low, high = map(int, cell(["temperature"], {"temperature": degrees})[0].split(".."))
    assert low <= degrees < high + 1
    assert (low % 5, high - low) == (0, 4)


@given(st.dictionaries(st.text(max_size=4), st.text(max_size=80) | st.floats() | st.integers() | st.booleans()))
def test_whatever_the_signals_say_there_is_a_cell_of_short_texts(signals: dict[str, Value]) -> None:
    assert all(isinstance(each, str) and len(each) <= LONGEST for each in cell([*signals, "more"], signals))
