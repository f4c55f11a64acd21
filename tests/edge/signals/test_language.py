"""The language a visitor reads best (RFC 9110, section 12.5.4)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.signals.language import best


@pytest.mark.parametrize(
    ("field", "language"),
    [
        (b"no", "no"),
        (b"no, en;q=0.5", "no"),
        (b"da, en-gb;q=0.8, en;q=0.7", "da"),
        (b"en;q=0.5, de;q=0.9", "de"),
        (b"nb-NO,nb;q=0.9,no;q=0.8,en;q=0.5", "no"),
        (b"EN-us", "en"),
        (b"zh-Hant-TW", "zh"),
        (b"haw-US,en;q=0.9", "haw"),
        (b"de;q=0.8,fr;q=0.8", "de"),  # of equal ones the first
        (b"en ; q = 0.3 , sv ; q=0.4", "sv"),
        (b"fr;q=1.000", "fr"),
        (b"*", None),
        (b"*, pt;q=0.1", "pt"),
        (b"en;q=0, fi;q=0.001", "fi"),
        (b"en;q=0.000", None),
        (b"en;q=2, fi;q=0.5", "fi"),  # no weight
        (b"en;q=abc", None),
        (b"en;level=1, it", "it"),  # ranges have no other parameters
        (b"x-klingon, i-default, e", None),
        (b"english", None),
        (b"12, _, ;;;, ,", None),
        (b"", None),
        (b"\xff\xfe, es", "es"),
    ],
)
def test_the_highest_weight_wins_by_its_primary_subtag(field: bytes, language: str | None) -> None:
    assert best(field) == language


@pytest.mark.parametrize(
    ("field", "offered", "language"),
    [
        (b"sv, en;q=0.8, de;q=0.5", ("de", "en"), "en"),  # the best of those that the rules speak of
        (b"sv, en;q=0.8, de;q=0.9", ("de", "en"), "de"),
        (b"de-AT, en;q=0.5", ("en", "de"), "de"),
        (b"sv, da;q=0.5", ("de", "en"), "sv"),  # none of them: what the visitor reads best
        (b"nn, nb;q=0.9, en;q=0.1", ("no", "en"), "no"),  # both are Norwegian
        (b"iw, en;q=0.2", ("he",), "he"),
        (b"en;q=0, fr;q=0.1", ("en",), "fr"),  # what is refused is not offered
        (b"*", ("en",), None),
        (b"fr, *;q=0.5", ("en",), "fr"),
        (b"de;q=0.8,fr;q=0.8", ("fr", "de"), "de"),  # of equal ones the visitor's first
        (b"", ("en",), None),
    ],
)
def test_among_those_offered_the_highest_weight_wins(field: bytes, offered: tuple[str, ...], language: str) -> None:
    assert best(field, offered) == language


@given(st.binary(max_size=200) | st.text("abENq=;,.019*- ", max_size=80).map(str.encode))
@settings(max_examples=300)
def test_every_field_gives_a_language_or_none(field: bytes) -> None:
    language = best(field)
    assert language is None or (language.isascii() and language.islower() and 2 <= len(language) <= 3)
