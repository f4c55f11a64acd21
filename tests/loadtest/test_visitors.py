"""Who comes: personas that a server could meet, and visits that a seed decides."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.visitors import MOST_PAGES, PERSONAS, Persona, persona, visits

SOMEONE = Persona("someone", "Is here.", "Agent/1", "en", start="/a?b=1", referer="https://elsewhere.example/")


def test_there_are_thirteen_personas_each_with_a_name_of_its_own() -> None:
    assert len(PERSONAS) == 13
    assert len({one.name for one in PERSONAS}) == 13


def test_a_persona_comes_from_a_place_as_a_cdn_says_it() -> None:
    told = dict(next(one for one in PERSONAS if one.name == "sofa").fields())
    assert (told["CF-IPCountry"], told["CF-Region-Code"], told["CF-IPCity"]) == ("US", "WA", "Seattle")


@pytest.mark.parametrize("one", PERSONAS, ids=lambda one: one.name)
def test_a_persona_is_introduced_in_one_sentence(one: Persona) -> None:
    assert one.sentence.endswith(".")
    assert one.sentence.count(".") == 1
    assert len(one.sentence) < 80


@pytest.mark.parametrize("one", PERSONAS, ids=lambda one: one.name)
def test_a_persona_sends_fields_that_fit_into_a_request(one: Persona) -> None:
    for name, value in one.fields():
        assert name.isascii()
        assert value.isascii()
        assert value == value.strip()


def test_the_first_page_was_linked_from_where_the_persona_comes_from() -> None:
    assert ("Referer", "https://elsewhere.example/") in SOMEONE.fields()


def test_a_later_page_was_linked_from_the_page_before() -> None:
    assert ("Referer", "http://shop/a") in SOMEONE.fields("http://shop/a")


def test_who_typed_the_address_sends_no_referer() -> None:
    assert "Referer" not in dict(SOMEONE.fields(""))


@pytest.mark.parametrize("name", ["Capital", "two words", "", "sla/sh"])
def test_a_name_that_cannot_stand_in_an_address_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="small letters"):
        Persona(name, "Is here.", "Agent/1", "en")


def test_a_start_that_is_no_path_is_refused() -> None:
    with pytest.raises(ValueError, match="must begin with /"):
        Persona("someone", "Is here.", "Agent/1", "en", start="https://elsewhere.example/")


def test_a_persona_is_found_by_its_name() -> None:
    assert persona("sofa") is PERSONAS[1]
    assert persona("nobody") is None


def test_the_same_seed_sends_the_same_people_on_the_same_ways() -> None:
    assert list(islice(visits(7), 50)) == list(islice(visits(7), 50))


def test_another_seed_sends_others() -> None:
    assert list(islice(visits(7), 50)) != list(islice(visits(8), 50))


@settings(max_examples=50)
@given(st.integers())
def test_a_visit_is_short_and_reads_each_page_for_a_while(seed: int) -> None:
    for visit in islice(visits(seed), 20):
        assert 1 <= visit.pages <= MOST_PAGES
        for step in visit.steps:
            assert 0 <= step.luck < 1
            assert 0 < step.pause <= 8


def test_everybody_comes_sooner_or_later() -> None:
    assert {visit.persona for visit in islice(visits(1), 500)} == set(PERSONAS)


def test_a_persona_without_cookies_never_keeps_one() -> None:
    kept = {visit.persona.name for visit in islice(visits(1), 500) if visit.keeps_cookies}
    assert kept == {one.name for one in PERSONAS if one.cookies}


def test_some_of_the_others_refuse_cookies_too() -> None:
    others = [visit.keeps_cookies for visit in islice(visits(1), 500) if visit.persona.cookies]
    assert 0.02 < others.count(False) / len(others) < 0.2
