"""From the words of a rule file to what a visitor gets."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.context import Context
from edge.decisions.decide import decide
from edge.decisions.values import Decision, Draw
from edge.edition import EVERYTHING, Edition
from rules.compile import compile as compiled
from rules.load import load
from rules.signals import Signals, Value
from rules.values import BUCKETS

NOON = 1_795_003_200.0  # 2026-11-18 12:00 UTC, a Wednesday
HERO = """
experience: {name}
purpose: content
where: {where}
slot: "#hero"
variants: {{a: original, b: {{text: B}}, c: {{text: C}}}}
{more}
"""


def hero(name: str = "hero", where: str = "/", more: str = "choose: [{show: b}]") -> str:
    return HERO.format(name=name, where=where, more=more)


def edition(folder: Path, *files: str, site: str = "", off: frozenset[str] = frozenset()) -> Edition:
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for number, text in enumerate(files):
        (folder / f"{number:02}.yaml").write_text(text)
    (folder / "site.yaml").write_text(site)
    loaded = load(folder)
    assert loaded.document is not None, loaded.problems
    return Edition(compiled(loaded.document), off=off)


def ask(
    things: Edition,
    draw: Draw = Draw(7),  # noqa: B008 - frozen
    path: str = "/",
    host: str = "shop.example",
    at: float = NOON,
    scheme: str = "https",
    **signals: Value,
) -> dict[str, Decision]:
    known: Signals = {name.replace("__", "."): value for name, value in signals.items()}
    context = Context(known, path, host, {}, at, scheme)
    return {decision.experience: decision for decision in decide(context, things, draw)}


# The order of steps


EVERYTHING_AT_ONCE = """
starts: 2026-11-01
ends: 2026-11-30
every: mon-fri 06:00-18:00
rollout: 50%
holdout: 50%
choose: [{show: b}]
"""
SATURDAY = NOON + 3 * 86400


def bucket_of(things: Edition, reason: str) -> int:
    return next(bucket for bucket in range(BUCKETS) if ask(things, Draw(bucket))["hero"].reason == reason)


def test_the_steps_are_taken_in_their_order_and_each_is_final(tmp_path: Path) -> None:
    file = hero(more=EVERYTHING_AT_ONCE)
    things, off = edition(tmp_path, file), edition(tmp_path, file, off=frozenset({"hero"}))
    outside, held, seen = (bucket_of(things, reason) for reason in ("outside", "holdout", "rule"))
    forced = {"hero": "c"}
    assert ask(off, Draw(seen, forced=forced))["hero"].reason == "off"
    assert ask(things, Draw(outside, forced=forced), at=SATURDAY)["hero"].reason == "preview"
    assert ask(things, Draw(held, forced=forced))["hero"].variant == "c"
    assert ask(things, Draw(held), at=SATURDAY)["hero"].reason == "outside"
    assert ask(things, Draw(outside))["hero"].reason == "outside"
    assert ask(things, Draw(held))["hero"].reason == "holdout"
    assert ask(things, Draw(seen))["hero"].reason == "rule"


@pytest.mark.parametrize("name", ["hero", EVERYTHING])
def test_what_is_switched_off_gives_its_default_whatever_else_is_so(tmp_path: Path, name: str) -> None:
    things = edition(tmp_path, hero(), hero("nav"), off=frozenset({name}))
    met = ask(things, Draw(7, forced={"hero": "b"}))
    assert (met["hero"].reason, met["hero"].variant, met["hero"].drawn) == ("off", "a", False)
    assert met["nav"].reason == ("off" if name == EVERYTHING else "rule")


def test_a_preview_shows_its_variant_everywhere_and_is_no_draw(tmp_path: Path) -> None:
    things = edition(tmp_path, hero(more="rollout: 0%\nchoose: [{split: {a: 1, b: 1}}]"))
    for path in ("/", "/elsewhere"):
        decision = ask(things, Draw(7, forced={"hero": "c"}), path)["hero"]
        assert (decision.variant, decision.reason, decision.probability, decision.drawn) == ("c", "preview", 1.0, False)
        assert decision.distribution == {"c": 1.0}


def test_a_preview_of_what_does_not_exist_changes_nothing(tmp_path: Path) -> None:
    things = edition(tmp_path, hero())
    assert ask(things, Draw(7, forced={"hero": "z", "nobody": "b"})) == ask(things)


# Groups


GROUPED = "group: top\nchoose: [{show: b}]"


def test_at_most_one_experience_of_a_group_meets_a_visitor_on_whatever_page(tmp_path: Path) -> None:
    things = edition(tmp_path, hero("x", more=GROUPED), hero("y", more=GROUPED), hero("z", "/other", GROUPED))
    parts: Counter[tuple[str, ...]] = Counter()
    for bucket in range(BUCKETS):
        met = [ask(things, Draw(bucket), path) for path in ("/", "/other")]
        parts[tuple(name for page in met for name, each in page.items() if each.reason != "outside")] += 1
    assert parts == {("x",): 1365, ("y",): 1365, ("z",): 1366}


def test_who_belongs_to_another_experience_of_the_group_is_outside_and_that_was_a_draw(tmp_path: Path) -> None:
    things = edition(tmp_path, hero("x", more=GROUPED), hero("y", more=GROUPED))
    met = ask(things)
    assert sorted(each.reason for each in met.values()) == ["outside", "rule"]
    assert all(each.drawn for each in met.values())


def test_in_a_group_the_probability_that_is_stated_is_that_of_the_draw(tmp_path: Path) -> None:
    split = "group: top\nholdout: 5%\nrollout: 70%\nchoose: [{split: {a: 3, b: 1}}]"
    things = edition(tmp_path, *(hero(name, more=split) for name in "xyz"))
    for name in "xyz":
        drawn = [ask(things, Draw(bucket))[name] for bucket in range(BUCKETS)]
        drawn = [each for each in drawn if each.reason == "split"]
        counted = Counter(each.variant for each in drawn)
        for each in drawn:
            assert each.probability == counted[each.variant] / len(drawn)


def test_a_group_keeps_its_visitors_when_a_file_is_renamed_or_one_of_it_ends(tmp_path: Path) -> None:
    ended = "group: top\nends: 2026-01-01\nchoose: [{show: b}]"
    here = edition(tmp_path, hero("x", more=GROUPED), hero("y", more=GROUPED))
    there = edition(tmp_path, hero("y", more=ended), hero("x", more=GROUPED))
    for bucket in range(0, BUCKETS, 11):
        assert ask(here, Draw(bucket))["x"] == ask(there, Draw(bucket))["x"]


def test_where_nothing_may_be_drawn_the_first_of_a_group_counts(tmp_path: Path) -> None:
    things = edition(tmp_path, hero("y", more=GROUPED), hero("x", more=GROUPED), hero("z", more=GROUPED))
    met = ask(things, Draw(None, strict=True))
    assert {name: each.reason for name, each in met.items()} == {"x": "rule", "y": "outside", "z": "outside"}


def test_without_a_bucket_no_coin_of_a_group_is_tossed(tmp_path: Path) -> None:
    things = edition(tmp_path, hero("y", more=GROUPED), hero("x", more=GROUPED))
    assert {each.reason for each in ask(things, Draw(None)).values()} == {"rule"}


@given(
    st.lists(st.sampled_from(["x", "y", "z", "hero", "nav"]), min_size=1, max_size=5, unique=True),
    st.integers(0, BUCKETS - 1),
    st.integers(0, BUCKETS - 1),
    st.booleans(),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_groups_are_exclusive(tmp_path: Path, names: list[str], bucket: int, fresh: int, sticky: bool) -> None:
    more = f"{GROUPED}\nsticky: {str(sticky).lower()}"
    met = ask(edition(tmp_path / "rules", *(hero(name, more=more) for name in names)), Draw(bucket, fresh))
    assert Counter(each.reason for each in met.values()) == Counter(["rule", *["outside"] * (len(names) - 1)])


# Placeholders


TO = """
experience: hero
purpose: content
where: ["/to/{slug}", "/all"]
slot: "#hero"
variants:
  a: original
  b: {html: '<p>To {slug}, not { else }</p>'}
  c: {set: {alt: "{place.name} by {slug}"}}
  d: {text: "In {near.name}"}
"""


def test_a_variant_is_given_what_its_placeholders_stand_for(tmp_path: Path) -> None:
    things = edition(tmp_path, TO + "choose: [{when: {place.name: '*'}, show: c}, {show: b}]")
    assert ask(things, path="/to/oslo")["hero"].values == {"slug": "oslo"}
    met = ask(things, path="/to/oslo", place__name="Oslo", near__name="Moss")["hero"]
    assert (met.variant, met.values) == ("c", {"slug": "oslo", "place.name": "Oslo"})


@pytest.mark.parametrize(
    ("path", "signals", "variant", "reason"),
    [
        ("/to/oslo", {}, "b", "rule"),
        ("/all", {}, "a", "default"),
        ("/all", {"place__name": "Oslo"}, "a", "default"),
    ],
)
def test_where_a_placeholder_has_no_value_the_default_is_shown(
    tmp_path: Path, path: str, signals: dict[str, str], variant: str, reason: str
) -> None:
    met = ask(edition(tmp_path, TO + "choose: [{show: b}]"), path=path, **signals)["hero"]  # type: ignore[arg-type]
    assert (met.variant, met.reason, met.rule, met.probability) == (variant, reason, 1, 1.0)
    assert met.values == ({"slug": "oslo"} if variant == "b" else {})


def test_a_variant_without_its_values_is_out_of_the_draw_and_the_rest_is_exact(tmp_path: Path) -> None:
    things = edition(tmp_path, TO + "choose: [{split: {a: 1, b: 1, c: 1, d: 1}}]")
    for signals, expected in (({}, "ab"), ({"near__name": "Moss"}, "abd"), ({"place__name": "Oslo"}, "abc")):
        met = [ask(things, Draw(bucket), "/to/oslo", **signals)["hero"] for bucket in range(BUCKETS)]  # type: ignore[arg-type]
        counted = Counter(each.variant for each in met)
        assert set(counted) == set(expected)
        assert max(counted.values()) - min(counted.values()) <= 1
        assert all(each.probability == counted[each.variant] / BUCKETS for each in met)


# Redirects


GO = """
experience: go
purpose: content
where: "*"
slot: redirect
variants: {stay: original, away: {redirect: "https://shop.example/caf%C3%A9"}}
choose: [{show: away}]
"""


@pytest.mark.parametrize(
    ("path", "host", "scheme", "alone"),
    [
        ("/", "shop.example", "https", True),
        ("/café", "shop.example", "https", False),  # it leads to this very page
        ("/café", "shop.example", "http", True),  # to the same page, and safely
        ("/café", "www.shop.example", "https", True),
        ("/café", "shop.example", "", False),
    ],
)
def test_a_redirect_suppresses_the_others_unless_it_leads_to_this_page(
    tmp_path: Path, path: str, host: str, scheme: str, alone: bool
) -> None:
    things = edition(tmp_path, hero(where="'*'"), GO)
    assert set(ask(things, path=path, host=host, scheme=scheme)) == ({"go"} if alone else {"hero", "go"})


# Permissions


@pytest.mark.parametrize(
    ("until", "ends", "last"),
    [("2026-11-18", "2026-12-24", 0), ("2026-12-24", "2026-11-18", 0), ("2026-11-19", "2026-12-24", 1)],
)
def test_an_experience_ends_with_its_permission_or_before(tmp_path: Path, until: str, ends: str, last: int) -> None:
    site = f"allow: [{{experience: hero, purpose: price, reason: the same for everybody, until: {until}}}]"
    file = hero(more=f"ends: {ends}\nchoose: [{{show: b}}]").replace("purpose: content", "purpose: price")
    things = edition(tmp_path, file, site=site)
    noon_of_the_last_day = NOON + last * 86400
    assert ask(things, at=noon_of_the_last_day)["hero"].reason == "rule"
    assert ask(things, at=noon_of_the_last_day + 12 * 3600)["hero"].reason == "outside"


# What the index cannot say


def test_a_signal_that_is_no_number_and_none_that_is_costs_no_more_than_its_own_entry(tmp_path: Path) -> None:
    things = edition(tmp_path, hero(more='choose: [{when: {wind: "> 5"}, show: c}, {show: b}]'), hero("nav"))
    met = ask(things, wind=float("nan"))
    assert {name: (each.variant, each.reason) for name, each in met.items()} == {
        "hero": ("b", "rule"),
        "nav": ("b", "rule"),
    }
