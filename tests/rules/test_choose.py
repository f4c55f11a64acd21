from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.choose import Choice, choose
from rules.compile import experience
from rules.load import NO_SITE
from rules.signals import Signals
from rules.values import Experience
from tests.rules.hero import BARE

WEATHER = st.sampled_from(["rain", "clear", "unknown"])


def entry(kind: str, *shares: tuple[str, float], when: object = None) -> dict[str, Any]:
    return {"when": when, "kind": kind, "shares": shares, "signals": [], "policy": ""}


def made(*entries: dict[str, Any], **never: object) -> Experience:
    """An experience with the variants a, b and c; `never` are their `never_when`."""
    variant = {"forms": [], "headers": [], "target": ""}
    variants = {name: variant | {"never_when": never.get(name)} for name in "abc"}
    return experience(BARE | {"variants": variants, "choose": entries}, NO_SITE)


RAINY = entry("show", ("b", 1.0), when={"weather": "rain"})
COIN = entry("split", ("a", 50.0), ("b", 30.0), ("c", 20.0))


def test_the_first_entry_that_matches_counts() -> None:
    hero = made(RAINY, entry("show", ("c", 1.0), when={"device": "tv"}), entry("show", ("a", 1.0)))
    assert choose(hero, {"weather": "rain", "device": "tv"}) == Choice(1, "show", (("b", 1.0),))
    assert choose(hero, {"weather": "snow", "device": "tv"}) == Choice(2, "show", (("c", 1.0),))
    assert choose(hero, {}) == Choice(3, "show", (("a", 1.0),))


def test_an_apprentice_is_passed_over_and_named() -> None:
    watches = entry("learn", ("a", 1.0), ("b", 1.0), when={"device": "mobile"}) | {"policy": "rules"}
    hero = made(watches, watches | {"when": None}, RAINY)
    assert choose(hero, {"weather": "rain", "device": "mobile"}) == Choice(3, "show", (("b", 1.0),), beside=1)
    assert choose(hero, {"weather": "rain"}) == Choice(3, "show", (("b", 1.0),), beside=2)
    assert choose(hero, {}) == Choice(None, "default", (("a", 1.0),), beside=2)
    assert choose(made(RAINY, watches), {"weather": "rain", "device": "mobile"}).beside is None


def test_without_a_match_the_default_is_shown() -> None:
    assert choose(made(RAINY), {"weather": "clear"}) == Choice(None, "default", (("a", 1.0),))


def test_an_entry_whose_condition_is_unknown_does_not_match() -> None:
    assert choose(made(RAINY), {}).rule is None
    assert choose(made(entry("show", ("b", 1.0), when={"not": {"weather": "rain"}})), {}).rule is None


@pytest.mark.parametrize("kind", ["split", "learn"])
def test_never_takes_a_variant_out_and_the_others_keep_their_ratios(kind: str) -> None:
    hero = made(COIN | {"kind": kind}, b={"device": "tv"})
    assert choose(hero, {"device": "tv"}) == Choice(1, kind, (("a", 50.0), ("c", 20.0)))  # type: ignore[arg-type]
    assert choose(hero, {"device": "mobile"}).shares == (("a", 50.0), ("b", 30.0), ("c", 20.0))


def test_never_that_is_unknown_takes_nothing_out() -> None:
    assert len(choose(made(COIN, b={"device": "tv"}), {}).shares) == 3


def test_never_does_not_touch_show() -> None:
    assert choose(made(RAINY, b={"weather": "rain"}), {"weather": "rain"}).shares == (("b", 1.0),)


def test_when_nothing_is_left_the_default_is_shown() -> None:
    never = {"device": "tv"}
    hero = made(entry("split", ("b", 1.0), ("c", 1.0)), b=never, c=never)
    assert choose(hero, {"device": "tv"}) == Choice(1, "default", (("a", 1.0),))


def holding(hero: Experience, **placeholders: tuple[str, ...]) -> Experience:
    """The same where variants hold placeholders."""
    variants = {name: replace(each, placeholders=placeholders.get(name, ())) for name, each in hero.variants.items()}
    return replace(hero, variants=variants)


def test_a_variant_whose_placeholder_has_no_value_is_out_and_the_others_keep_their_ratios() -> None:
    hero = holding(made(COIN), b=("slug", "place.name"))
    assert choose(hero, {}, {"slug": "oslo"}) == Choice(1, "split", (("a", 50.0), ("c", 20.0)))
    assert len(choose(hero, {}, {"slug": "oslo", "place.name": "Oslo"}).shares) == 3


def test_show_gives_the_default_where_a_placeholder_has_no_value() -> None:
    hero = holding(made(RAINY), b=("slug",))
    assert choose(hero, {"weather": "rain"}, {}) == Choice(1, "default", (("a", 1.0),))
    assert choose(hero, {"weather": "rain"}, {"slug": "oslo"}) == Choice(1, "show", (("b", 1.0),))


def test_where_no_values_are_given_every_placeholder_counts_as_known() -> None:
    assert choose(holding(made(RAINY), b=("slug",)), {"weather": "rain"}) == Choice(1, "show", (("b", 1.0),))


@settings(max_examples=100, deadline=None)
@given(st.lists(WEATHER, max_size=5), WEATHER)
def test_no_later_entry_is_looked_at_once_one_has_matched(wanted: list[str], weather: str) -> None:
    hero = made(*(entry("show", ("b", 1.0), when={"weather": each}) for each in wanted))
    signals: Signals = {"weather": weather}
    assert choose(hero, signals).rule == next((at for at, each in enumerate(wanted, 1) if each == weather), None)
