"""What a signal is called to a visitor."""

from __future__ import annotations

import pytest

from edge.middleware.labels import label, place
from rules.words import SIGNALS


@pytest.mark.parametrize("name", SIGNALS)
def test_every_signal_has_words_for_a_visitor(name: str) -> None:
    assert label(name)[0].isupper()


@pytest.mark.parametrize(
    ("name", "words"),
    [("query.utm_source", "“utm_source” in the address"), ("place.feels_like", "place: feels like"), ("mood", "mood")],
)
def test_what_is_of_one_site_keeps_its_name(name: str, words: str) -> None:
    assert label(name) == words


def test_the_vocabulary_comes_first_and_in_its_order() -> None:
    names = ["query.a", "mood", "browser", "country"]
    assert sorted(names, key=place) == ["country", "browser", "mood", "query.a"]
