from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.problem import ReadingError
from rules.signals import Value
from rules.vocabulary import Own, parse_value, signal
from rules.words import CALLED, FAMILIES, SIGNALS


@pytest.mark.parametrize(
    ("name", "written", "value"),
    [
        ("country", "no", "NO"),
        ("region", "us-co", "US-CO"),
        ("continent", "eu", "EU"),
        ("city", " São Paulo ", "São Paulo"),
        ("timezone", "Europe/Oslo", "Europe/Oslo"),
        ("hour", "07", 7),
        ("hour", "17:00", 17),
        ("daypart", "Evening", "evening"),
        ("weekday", "Sunday", "sun"),
        ("weekday", "7", "sun"),
        ("weekend", "yes", True),
        ("save_data", "false", False),
        ("date", "2026-12-24", "2026-12-24"),
        ("month", "December", 12),
        ("month", "02", 2),
        ("season", "autumn", "autumn"),
        ("device", "Mobile", "mobile"),
        ("device", "bot", "bot"),
        ("language", "NO", "no"),
        ("temperature", "41F", 5.0),
        ("temperature", "-3 °C", -3.0),
        ("feels_like", "20", 20.0),
        ("wind", "12.5", 12.5),
        ("is_day", "true", True),
        ("utm.source", "Newsletter", "Newsletter"),
        ("query.page", "3", "3"),
        ("place.temperature", "41F", 5.0),
        ("place.name", "Oslo", "Oslo"),
        ("path", "/a", "/a"),
        ("method", "get", "GET"),
        ("weather", "unknown", "unknown"),
        ("hour", "unknown", "unknown"),
    ],
)
def test_a_value_has_one_spelling_inside(name: str, written: str, value: Value) -> None:
    parsed = parse_value(name, written)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "written", "says"),
    [
        ("contry", "NO", "did you mean `country`"),
        ("utm_source", "x", "did you mean `utm.source`"),
        ("query", "x", "query.NAME"),
        ("query.", "x", "unknown signal"),
        ("shoe", "x", "the signals are"),
        ("weather", "sunny", "`sunny` is called `clear`"),
        ("weather", "strom", "did you mean `storm`"),
        ("country", "UK", "`GB`"),
        ("country", "Norway", "`NO`"),
        ("country", "XX", "two letters"),
        ("region", "CO", "US-CO"),
        ("language", "nb-NO", "`nb`"),
        ("language", "english", "`en`"),
        ("device", "phone", "`mobile`"),
        ("temperature", "80", "80F"),
        ("temperature", "cold", "41F"),
        ("wind", "strong", "digits"),
        ("hour", "24", "0 to 23"),
        ("hour", "17:30", "daypart"),
        ("weekend", "maybe", "true or false"),
        ("date", "2026-02-30", "calendar"),
        ("month", "13", "jan"),
        ("timezone", "Oslo", "Europe/Oslo"),
        ("timezone", "../../etc/passwd", "Europe/Oslo"),
        ("season", "fall", "`autumn`"),
        ("city", "", "empty"),
        ("city", "x" * 300, "too long"),
    ],
)
def test_what_is_no_value_is_refused_with_what_was_probably_meant(name: str, written: str, says: str) -> None:
    with pytest.raises(ValueError, match=says.replace("(", r"\(")):
        parse_value(name, written)


def test_the_site_names_its_own_parts_of_the_day() -> None:
    assert parse_value("daypart", "lunch", Own(("lunch", "dinner"))) == "lunch"
    with pytest.raises(ReadingError, match="dinner"):
        parse_value("daypart", "evening", Own(("lunch", "dinner")))


def test_every_word_that_people_use_leads_to_a_value_there_is() -> None:
    for name, called in CALLED.items():
        for word in called.values():
            assert parse_value(name, word) in (word, word.upper())


def test_every_signal_is_described_in_one_line() -> None:
    assert all(about.about and "\n" not in about.about for about in SIGNALS.values())
    assert all(signal(f"{family}.x").about for family in FAMILIES)


@given(st.sampled_from([*SIGNALS, "query.x", "place.weather"]), st.text(max_size=20))
def test_any_text_is_a_value_or_an_error_that_says_what_to_do(name: str, written: str) -> None:
    refused, value = None, None
    try:
        value = parse_value(name, written)
    except ReadingError as error:
        refused = error
    if refused is not None:
        assert all(mistake.message and mistake.hint for mistake in refused.mistakes)
    else:
        assert parse_value(name, str(value).lower() if isinstance(value, bool) else str(value)) == value
