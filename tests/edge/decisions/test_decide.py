"""What a visitor gets: steps in order, draws by whole counts, and never an exception."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.context import Context
from edge.decisions.decide import decide, defaults
from edge.decisions.values import Decision, Draw, Reason
from edge.edition import Edition
from rules.draw import counts, held_by_site, seats
from rules.glob import pattern
from rules.values import BUCKETS, Delivery, Entry, Experience, Form, RuleSet, Signals, Variant
from rules.when import Between, Is, Like, Not
from rules.where import Where
from rules.window import Window
from tests.conditions import compiled
from tests.learned import model, snapshot

NOW = 1_795_000_000.0
PHONE = Is("device", frozenset({"mobile"}))
HALVES = Entry(None, "split", (("a", 50.0), ("b", 50.0)))
B = Entry(None, "show", (("b", 1.0),))


def experience(
    name: str = "hero",
    *choose: Entry,
    where: str = "/",
    window: Window = Window(),  # noqa: B008 - frozen
    delivery: Delivery = "page",
    variants: str = "abc",
    holdout: int = 0,
    rollout: int = BUCKETS,
    sticky: bool = True,
    held: frozenset[int] = frozenset(),
) -> Experience:
    """An experience with the original `a` as its default."""
    forms = {
        each: Variant(each, target="/elsewhere")
        if delivery in ("redirect", "path")
        else Variant(each, (("#hero", Form("text", each)),))
        for each in variants
    }
    return Experience(
        name=name,
        purpose="content",
        delivery=delivery,
        slots=("#hero",),
        where=Where((pattern(where),)),
        window=window,
        variants={**forms, "a": Variant("a")},
        default="a",
        choose=choose,
        holdout=holdout,
        rollout=rollout,
        sticky=sticky,
        seats=seats(name, holdout, rollout, held),
        file=f"{name}.yaml",
    )


def edition(*experiences: Experience) -> Edition:
    return Edition(RuleSet(experiences, UTC, "v1"))


def context(signals: Signals | None = None, path: str = "/") -> Context:
    return Context(signals or {}, path, "shop.example", {}, NOW)


def one(
    thing: Experience,
    draw: Draw = Draw(7),  # noqa: B008 - frozen
    signals: Signals | None = None,
) -> Decision:
    decisions = decide(context(signals), edition(thing), draw)
    assert len(decisions) == 1
    return decisions[0]


def in_all_buckets(thing: Experience) -> list[Decision]:
    return [one(thing, Draw(bucket)) for bucket in range(BUCKETS)]


# Draws


@pytest.mark.parametrize(
    ("shares", "holdout", "rollout"),
    [
        ((("a", 50.0), ("b", 50.0)), 0, BUCKETS),
        ((("a", 90.0), ("b", 10.0)), 0, BUCKETS),
        ((("a", 1.0), ("b", 1.0), ("c", 1.0)), 0, BUCKETS),
        ((("a", 50.0), ("b", 50.0)), 205, BUCKETS),
        ((("a", 99.7), ("b", 0.3)), 205, 410),
        ((("b", 70.0), ("c", 30.0)), 1, 1000),
    ],
)
def test_over_all_buckets_each_variant_gets_exactly_its_count_and_says_so(
    shares: tuple[tuple[str, float], ...], holdout: int, rollout: int
) -> None:
    thing = experience("hero", Entry(None, "split", shares), holdout=holdout, rollout=rollout)
    drawn = [decision for decision in in_all_buckets(thing) if decision.reason == "split"]
    got = Counter(decision.variant for decision in drawn)
    n = len(drawn)
    assert n == thing.seats.play
    assert dict(got) == dict(counts(shares, n))
    for decision in drawn:
        assert decision.variant is not None
        assert decision.probability == got[decision.variant] / n
        assert decision.distribution == {name: got[name] / n for name, _ in shares}


def test_a_holdout_of_five_percent_is_205_buckets() -> None:
    reasons = Counter(decision.reason for decision in in_all_buckets(experience("hero", B, holdout=205)))
    assert reasons == {"holdout": 205, "rule": BUCKETS - 205}


def test_the_holdout_of_the_site_is_the_same_visitors_in_every_experience() -> None:
    held = held_by_site(410)
    for name in ("hero", "nav"):
        thing = experience(name, B, held=held)
        out = {bucket for bucket in range(BUCKETS) if one(thing, Draw(bucket)).reason == "holdout"}
        assert out == held


@pytest.mark.parametrize(("one_name", "other_name"), [("hero", "nav"), ("hero", "hero2"), ("a", "b"), ("x", "xx")])
def test_what_a_visitor_gets_in_one_experience_says_nothing_about_another(one_name: str, other_name: str) -> None:
    thirds = Entry(None, "split", (("a", 1.0), ("b", 1.0), ("c", 1.0)))
    left = in_all_buckets(experience(one_name, thirds))
    right = in_all_buckets(experience(other_name, thirds))
    together = Counter((x.variant, y.variant) for x, y in zip(left, right, strict=True))
    expected = BUCKETS / 9
    chi_square = sum((together[x, y] - expected) ** 2 / expected for x in "abc" for y in "abc")
    assert chi_square < 18.47  # 4 degrees of freedom, 0.001


def test_the_holdout_says_nothing_about_the_draw() -> None:
    """Of those who were held out when there was a holdout, each variant has its share once there is none."""
    held = {b for b, d in enumerate(in_all_buckets(experience("hero", HALVES, holdout=2048))) if d.reason == "holdout"}
    got = Counter(one(experience("hero", HALVES), Draw(bucket)).variant for bucket in held)
    assert abs(got["a"] - got["b"]) ** 2 / 2048 < 10.83  # 1 degree of freedom, 0.001


def test_a_visitor_keeps_the_variant_while_shares_hold() -> None:
    assert [one(experience("hero", HALVES), Draw(9)) for _ in range(3)] == [
        one(experience("hero", HALVES), Draw(9))
    ] * 3


# What was learned


LEARN = Entry(None, "learn", (("a", 1.0), ("b", 1.0), ("c", 1.0)), ("device",), "visitor")
KEY = "hero/visitor/device"
BESIDE = Entry(None, "learn", (("a", 1.0), ("b", 1.0)), ("device",), "rules")
ON_A_PHONE = {"device": "mobile"}


def learned(thing: Experience, key: str = KEY, **more: Any) -> Edition:
    """An edition that knows that b does best."""
    known = model(key.split("/")[1], rates={"a": 0.05, "b": 0.3, "c": 0.1}, **more)
    return replace(edition(thing), snapshot=snapshot({key: known}))


def test_before_anything_is_learned_shares_are_even_and_said_to_be_learned() -> None:
    halves = Entry(None, "learn", LEARN.shares[:2], ("device",), "visitor")
    decided = one(experience("hero", halves), Draw(7), ON_A_PHONE)
    assert decided == replace(
        one(experience("hero", HALVES), Draw(7)), reason="learned", model=KEY, cell=("mobile",), snapshot=""
    )


@pytest.mark.parametrize("thing", [experience("hero", LEARN), experience("hero", LEARN, holdout=205, rollout=2048)])
def test_over_all_buckets_each_variant_is_drawn_as_often_as_is_stated(thing: Experience) -> None:
    knows = learned(thing)
    decided = [decide(context(ON_A_PHONE), knows, Draw(bucket))[0] for bucket in range(BUCKETS)]
    drawn = [each for each in decided if each.reason == "learned"]
    assert len(drawn) == thing.seats.play
    stated = drawn[0].distribution
    assert stated["b"] > 0.5
    assert sum(stated.values()) == pytest.approx(1)
    assert Counter(each.variant for each in drawn) == {name: p * len(drawn) for name, p in stated.items()}
    assert {each.probability for each in drawn if each.variant == "b"} == {stated["b"]}


def test_a_learned_decision_says_what_it_was_drawn_from() -> None:
    knows = learned(experience("hero", LEARN))
    decided = decide(context(ON_A_PHONE), knows, Draw(7))[0]
    assert knows.snapshot is not None
    assert (decided.model, decided.cell, decided.snapshot) == (KEY, ("mobile",), knows.snapshot.version)
    assert decided.drawn


def test_without_a_bucket_the_distribution_is_known_and_no_variant() -> None:
    decided = decide(context(ON_A_PHONE), learned(experience("hero", LEARN)), Draw(None))[0]
    assert (decided.variant, decided.probability, decided.reason) == (None, None, "learned")
    assert decided.distribution["b"] > 0.5


def test_where_nothing_may_be_drawn_the_largest_share_is_shown() -> None:
    decided = decide(context(ON_A_PHONE), learned(experience("hero", LEARN)), Draw(None, strict=True))[0]
    assert (decided.variant, decided.probability, decided.drawn) == ("b", 1.0, False)
    even = decide(context(), edition(experience("hero", LEARN)), Draw(None, strict=True))[0]
    assert even.variant == "a"


def test_equal_shares_go_to_the_default_where_nothing_may_be_drawn() -> None:
    last = Entry(None, "learn", (("b", 1.0), ("a", 1.0)), (), "even")
    assert one(experience("hero", last), Draw(None, strict=True)).variant == "a"


def test_a_variant_that_is_taken_out_has_no_probability_at_all() -> None:
    thing = experience("hero", LEARN)
    thing = replace(thing, variants={**thing.variants, "b": replace(thing.variants["b"], never_when=PHONE)})
    decided = [decide(context(ON_A_PHONE), learned(thing), Draw(bucket))[0] for bucket in range(0, BUCKETS, 16)]
    assert all(each.distribution.keys() == {"a", "c"} and sum(each.distribution.values()) == 1 for each in decided)
    assert "b" not in {each.variant for each in decided}


def test_a_model_of_other_signals_is_another_model() -> None:
    decided = decide(context(ON_A_PHONE), learned(experience("hero", LEARN), "hero/visitor/os"), Draw(None))[0]
    assert [round(p, 2) for p in decided.distribution.values()] == [0.33, 0.33, 0.33]


@pytest.mark.parametrize(("entry", "variant"), [(B, "b"), (HALVES, None), (Entry(PHONE, "show", (("b", 1.0),)), "a")])
def test_an_apprentice_decides_nothing_and_hears_what_is_decided(entry: Entry, variant: str | None) -> None:
    for bucket in (7, 8, 9):
        alone = one(experience("hero", entry), Draw(bucket), {"device": "tv"})
        heard = one(experience("hero", BESIDE, entry), Draw(bucket), {"device": "tv"})
        rule = None if alone.rule is None else alone.rule + 1
        assert heard == replace(alone, rule=rule, model="hero/rules/device", cell=("tv",))
        assert variant in (None, heard.variant)


def test_an_apprentice_hears_nothing_of_variants_that_it_does_not_know() -> None:
    c = Entry(None, "show", (("c", 1.0),))
    assert one(experience("hero", BESIDE, c), Draw(7)).model == ""


def test_an_apprentice_hears_nothing_of_whom_it_is_not_for_and_of_the_holdout() -> None:
    phones = replace(BESIDE, when=PHONE)
    assert one(experience("hero", phones, B), Draw(7), {"device": "tv"}).model == ""
    assert one(experience("hero", phones, B), Draw(7), {"device": "mobile"}).model == "hero/rules/device"
    assert one(experience("hero", B, BESIDE), Draw(7)).model == ""
    held = in_all_buckets(experience("hero", BESIDE, B, holdout=410))
    assert Counter((each.reason, each.model) for each in held) == {
        ("holdout", ""): 410,
        ("rule", "hero/rules/device"): BUCKETS - 410,
    }


def test_beside_a_learner_an_apprentice_hears_nothing() -> None:
    assert one(experience("hero", BESIDE, LEARN), Draw(7)).model == KEY


def test_an_apprentice_alone_draws_nothing() -> None:
    decided = one(experience("hero", BESIDE), Draw(7))
    assert (decided.variant, decided.reason, decided.drawn) == ("a", "default", False)


def test_an_experience_whose_guardrail_was_breached_gives_its_default() -> None:
    stopped = replace(learned(experience("hero", LEARN)), breached={"hero": "lcp is worse"})
    assert {(d.variant, d.reason, d.model) for d in (decide(context(), stopped, Draw(b))[0] for b in range(99))} == {
        ("a", "off", "")
    }
    other = replace(stopped, breached={"other": "lcp is worse"})
    assert decide(context(), other, Draw(7))[0].reason == "learned"


# Order of steps


OVER = Window(ends=NOW)
NEVER = frozenset(range(BUCKETS))


@pytest.mark.parametrize(
    ("thing", "reason", "variant"),
    [
        (experience("hero", B), "rule", "b"),
        (experience("hero", B, holdout=BUCKETS), "holdout", "a"),
        (experience("hero", B, rollout=0), "outside", "a"),
        (experience("hero", B, rollout=0, holdout=BUCKETS), "outside", "a"),
        (experience("hero", B, window=OVER), "outside", "a"),
        (experience("hero", B, window=OVER, holdout=BUCKETS), "outside", "a"),
        (experience("hero", B, held=NEVER), "holdout", "a"),
        (experience("hero"), "default", "a"),
    ],
)
def test_each_step_is_final(thing: Experience, reason: Reason, variant: str) -> None:
    decision = one(thing)
    assert (decision.reason, decision.variant, decision.probability) == (reason, variant, 1.0)
    assert decision.distribution == {variant: 1.0}


def test_only_experiences_of_this_page_are_decided_in_the_order_of_their_files() -> None:
    things = edition(experience("z", B), experience("other", B, where="/about"), experience("a", B, where="/*"))
    assert [decision.experience for decision in decide(context(), things, Draw(7))] == ["z", "a"]


def test_the_first_entry_that_matches_counts() -> None:
    thing = experience("hero", Entry(PHONE, "show", (("c", 1.0),)), B)
    assert (one(thing, signals={"device": "mobile"}).variant, one(thing, signals={"device": "mobile"}).rule) == ("c", 1)
    assert (one(thing, signals={"device": "tv"}).variant, one(thing, signals={"device": "tv"}).rule) == ("b", 2)


def test_an_unknown_signal_matches_nothing() -> None:
    thing = experience("hero", Entry(Not(PHONE), "show", (("c", 1.0),)))
    assert one(thing).reason == "default"


def test_a_variant_that_must_not_be_shown_has_probability_zero() -> None:
    thing = experience("hero", Entry(None, "split", (("a", 1.0), ("b", 1.0), ("c", 2.0))))
    never = replace(thing, variants={**thing.variants, "c": replace(thing.variants["c"], never_when=PHONE)})
    decisions = [one(never, Draw(bucket), {"device": "mobile"}) for bucket in range(BUCKETS)]
    assert Counter(decision.variant for decision in decisions) == {"a": 2048, "b": 2048}
    assert decisions[0].distribution == {"a": 0.5, "b": 0.5}


# Chance that is not there


def test_without_a_bucket_a_drawn_variant_is_not_known_but_its_odds_are() -> None:
    decision = one(experience("hero", HALVES), Draw(None))
    assert (decision.variant, decision.probability, decision.reason, decision.rule) == (None, None, "split", 1)
    assert decision.distribution == {"a": 0.5, "b": 0.5}


def test_without_a_bucket_no_coin_is_tossed() -> None:
    assert one(experience("hero", B, holdout=4000, rollout=4050), Draw(None)).variant == "b"


def test_without_a_bucket_what_is_certain_is_said() -> None:
    assert one(experience("hero", B, rollout=0), Draw(None)).reason == "outside"
    assert one(experience("hero", HALVES, holdout=BUCKETS), Draw(None)).reason == "holdout"


def test_where_one_variant_has_all_buckets_it_is_certain() -> None:
    thing = experience("hero", Entry(None, "split", (("a", 1.0), ("b", 0.00001))))
    decision = one(thing, Draw(None))
    assert (decision.variant, decision.probability, decision.distribution) == ("a", 1.0, {"a": 1.0, "b": 0.0})


@pytest.mark.parametrize(
    ("shares", "variant"),
    [
        ((("a", 40.0), ("b", 60.0)), "b"),
        ((("b", 50.0), ("a", 50.0)), "a"),  # a tie goes to the default
        ((("c", 50.0), ("b", 50.0)), "c"),  # else to the first
    ],
)
def test_in_strict_mode_the_largest_share_is_shown(shares: tuple[tuple[str, float], ...], variant: str) -> None:
    decision = one(experience("hero", Entry(None, "split", shares)), Draw(None, strict=True))
    assert (decision.variant, decision.probability, decision.distribution) == (variant, 1.0, {variant: 1.0})
    assert (decision.reason, decision.drawn) == ("split", False)


@pytest.mark.parametrize(
    ("holdout", "rollout", "reason"),
    [
        (205, BUCKETS, "rule"),
        (2048, BUCKETS, "rule"),
        (2049, BUCKETS, "holdout"),
        (0, 2048, "rule"),
        (0, 2047, "outside"),
        (BUCKETS, 2047, "outside"),
    ],
)
def test_in_strict_mode_a_coin_falls_on_its_likelier_side(holdout: int, rollout: int, reason: Reason) -> None:
    thing = experience("hero", B, holdout=holdout, rollout=rollout)
    assert one(thing, Draw(3, strict=True)).reason == reason


def test_an_experience_that_is_not_sticky_uses_the_fresh_bucket() -> None:
    sticky = experience("hero", HALVES, holdout=1000)
    fresh = replace(sticky, sticky=False)
    for bucket in range(0, BUCKETS, 17):
        assert one(fresh, Draw(5, fresh=bucket)).variant == one(sticky, Draw(bucket)).variant
    assert one(fresh, Draw(5)).variant is None


# Whether the visitor's bucket had a part in it


@pytest.mark.parametrize(
    ("thing", "drawn"),
    [
        (experience("hero", HALVES), True),
        (experience("hero", B), False),
        (experience("hero"), False),
        (experience("hero", Entry(PHONE, "split", HALVES.shares), B), False),  # the entry that draws did not match
        (experience("hero", B, holdout=205), True),  # the coin fell: that side must be kept
        (experience("hero", holdout=205), True),
        (experience("hero", B, holdout=BUCKETS), True),
        (experience("hero", B, rollout=410), True),
        (experience("hero", B, rollout=0), True),
        (experience("hero", B, held=frozenset({7})), True),
        (experience("hero", HALVES, window=OVER), False),
        (experience("hero", HALVES, sticky=False), False),
        (experience("hero", Entry(None, "split", (("a", 1.0),))), False),
        (experience("hero", Entry(None, "split", (("a", 1.0), ("b", 0.00001)))), False),
    ],
)
def test_a_cookie_is_wanted_exactly_where_the_bucket_was_looked_at(thing: Experience, drawn: bool) -> None:
    assert one(thing, Draw(7, fresh=8)).drawn is drawn
    assert one(thing, Draw(None)).drawn is False
    assert one(thing, Draw(7, fresh=8, strict=True)).drawn is False


# Redirects


def test_a_redirect_stands_alone() -> None:
    things = edition(experience("first", B), experience("go", B, delivery="redirect"), experience("last", B))
    assert [decision.experience for decision in decide(context(), things, Draw(7))] == ["go"]


def test_a_redirect_that_keeps_the_page_suppresses_nothing() -> None:
    stays = Entry(None, "show", (("a", 1.0),))
    things = edition(experience("first", B), experience("go", stays, delivery="redirect"))
    assert [decision.experience for decision in decide(context(), things, Draw(7))] == ["first", "go"]


def test_a_redirect_that_is_not_drawn_yet_suppresses_nothing() -> None:
    things = edition(experience("first", B), experience("go", HALVES, delivery="redirect"))
    assert len(decide(context(), things, Draw(None))) == 2


def test_a_form_that_is_sent_is_not_redirected_so_nothing_is_suppressed() -> None:
    things = edition(experience("first", B), experience("go", B, delivery="redirect"))
    assert len(decide(context({"method": "POST"}), things, Draw(7))) == 2
    assert len(decide(context({"method": "HEAD"}), things, Draw(7))) == 1


def test_a_redirect_to_this_very_page_suppresses_nothing() -> None:
    things = edition(experience("go", B, delivery="redirect", where="*"), experience("last", B, where="*"))
    assert len(decide(context(path="/elsewhere"), things, Draw(7))) == 2


# Failures


@dataclass(frozen=True, slots=True)
class Broken:
    """A condition or a window that raises."""

    def _raise(self, *_: object) -> bool:
        raise RuntimeError("broken")

    holds = open = _raise


BROKEN = cast(Any, Broken())


@pytest.mark.parametrize(
    "broken",
    [
        experience("hero", Entry(BROKEN, "show", (("b", 1.0),))),
        replace(experience("hero", B), window=BROKEN),
        experience("hero", Entry(None, "split", (("a", 0.0), ("b", 0.0)))),
        replace(experience("hero", B), seats=BROKEN),
    ],
)
def test_an_experience_that_raises_gives_its_default_and_the_others_are_as_they_were(broken: Experience) -> None:
    sound = experience("nav", B)
    decisions = decide(context(), edition(broken, sound), Draw(7))
    assert decisions[0] == Decision("hero", "a", "error", None, 1.0, {"a": 1.0})
    assert decisions[1:] == decide(context(), edition(sound), Draw(7))


def test_when_the_budget_is_missed_each_experience_of_the_page_gives_its_default() -> None:
    things = edition(experience("hero", B, holdout=205), experience("other", B, where="/about"))
    assert defaults(context(), things, "timeout") == (Decision("hero", "a", "timeout", None, 1.0, {"a": 1.0}),)


# Laws

VALUES = st.sampled_from(["mobile", "tv", "unknown", "NO", True, False, 0, 5, -3.5, ""])
SIGNALS = st.dictionaries(st.sampled_from(["device", "country", "temperature", "hour"]), VALUES)
LEAVES = st.one_of(
    st.builds(Is, st.sampled_from(["device", "country"]), st.frozensets(VALUES, min_size=1, max_size=3)),
    st.builds(Like, st.just("device"), st.sampled_from(["mo*", "*"]).map(lambda text: cast(Any, pattern(text)))),
    st.builds(Between, st.just("temperature"), st.sampled_from([None, 0.0, "a"]), st.sampled_from([None, 5.0])),
)
CONDITIONS = compiled(LEAVES, 4)
SHARES = st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True).flatmap(
    lambda names: st.tuples(*(st.tuples(st.just(name), st.floats(0.001, 1e6)) for name in names))
)
ENTRIES = st.one_of(
    st.builds(Entry, st.none() | CONDITIONS, st.just("show"), st.sampled_from("abc").map(lambda name: ((name, 1.0),))),
    st.builds(Entry, st.none() | CONDITIONS, st.sampled_from(["split", "learn"]), SHARES),
)
COINS = st.sampled_from([0, 1, 205, 2048, 2049, BUCKETS])


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    return edition(
        *(
            experience(
                f"x{number}",
                *draw(st.lists(ENTRIES, max_size=3)),
                where=draw(st.sampled_from(["/", "*", "/about"])),
                delivery=draw(st.sampled_from(["page", "header", "redirect"])),
                holdout=draw(COINS),
                rollout=draw(COINS),
                sticky=draw(st.booleans()),
            )
            for number in range(draw(st.integers(0, 4)))
        )
    )


BUCKET = st.none() | st.integers(0, BUCKETS - 1)
DRAWS = st.builds(Draw, BUCKET, BUCKET, st.booleans())


@given(editions(), SIGNALS, DRAWS)
@settings(max_examples=200, deadline=None)
def test_every_context_edition_and_draw_gives_decisions_that_hold_together(
    things: Edition, signals: Signals, draw: Draw
) -> None:
    decisions = decide(context(signals), things, draw)
    assert decisions == decide(context(signals), things, draw)
    for decision in decisions:
        thing = things.named[decision.experience]
        assert decision.reason != "error"
        assert sum(decision.distribution.values()) == pytest.approx(1.0)
        assert set(decision.distribution) <= set(thing.variants)
        if decision.variant is None:
            assert decision.probability is None
            assert (draw.bucket if thing.sticky else draw.fresh) is None
        else:
            assert decision.probability == decision.distribution[decision.variant]
            assert decision.probability > 0
        if decision.drawn:
            assert thing.sticky
            assert draw.bucket is not None
            assert not draw.strict


@given(editions(), SIGNALS, DRAWS)
@settings(max_examples=100, deadline=None)
def test_experiences_do_not_know_each_other_unless_one_redirects(things: Edition, signals: Signals, draw: Draw) -> None:
    together = decide(context(signals), things, draw)
    alone = [decide(context(signals), edition(thing), draw) for thing in things.rules.experiences]
    apart = tuple(decision for each in alone for decision in each)
    assert together == apart or (len(together) == 1 and together[0] in apart)


# The same in another process


def told() -> str:
    """Decisions for some hundred contexts and buckets, as text that can be compared."""
    things = edition(
        experience("hero", Entry(PHONE, "show", (("c", 1.0),)), HALVES, holdout=205, held=held_by_site(100)),
        experience("nav", Entry(Is("country", frozenset({"NO", "SE", "DK"})), "split", HALVES.shares), rollout=1000),
    )
    signals: Sequence[Signals] = ({}, {"device": "mobile", "country": "NO"}, {"country": "SE", "device": "tv"})
    decisions = [decide(context(each), things, Draw(bucket)) for each in signals for bucket in range(0, BUCKETS, 40)]
    return json.dumps([repr(decision) for decision in decisions])


def test_another_process_comes_to_the_same_decisions() -> None:
    script = f"import runpy; print(runpy.run_path({__file__!r})['told']())"
    there = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo"},
    )
    assert json.loads(there.stdout) == json.loads(told())
