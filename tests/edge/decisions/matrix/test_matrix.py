"""Every combination of variants that a page can show: none is missing, and each visitor that is named gets it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.context import Context
from edge.decisions.decide import decide
from edge.decisions.matrix.matrix import Matrix, Page, Shown, matrix
from edge.decisions.matrix.moment import Clock
from edge.decisions.values import Draw
from edge.edition import Edition
from edge.signals.time import Times
from rules.compile import compile as compile_rules
from rules.load import load
from rules.values import BUCKETS
from rules.words import DAYPARTS
from tests.conditions import written as trees

NOW = 1_795_345_200.0  # Sunday, 22 November 2026, 12:00 in Oslo
OSLO = ZoneInfo("Europe/Oslo")
FIXED = frozenset({"path", "host", "method"})
HEAD = "purpose: content\nwhere: /\nslot: '#{0}'\nvariants: {{a: original, b: {{text: B}}, c: {{text: C}}}}\n"

Make = Callable[..., Edition]


CLOCKS = Times(OSLO)


def clock(now: float = NOW) -> Clock:
    return Clock(now, OSLO, DAYPARTS, lambda at, _: CLOCKS.signals(at))


def page(path: str = "/", host: str = "", at: float = NOW, **signals: Any) -> Page:
    known = {"path": path, "host": host or "unknown", "method": "GET", **CLOCKS.signals(at), **signals}
    return Page(Context(known, path, host, {}, at), FIXED | signals.keys(), clock())


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(**files: str) -> Edition:
        for name, text in files.items():
            head = "" if "variants:" in text else HEAD.format(name)
            (tmp_path / f"{name}.yaml").write_text(f"experience: {name}\n{head}{text}")
        (tmp_path / "site.yaml").write_text("timezone: Europe/Oslo\n")
        loaded = load(tmp_path)
        assert loaded.document is not None, loaded.problems
        return Edition(compile_rules(loaded.document))

    return made


def shown(found: Matrix) -> set[str]:
    """Combinations as `a b`, in file order."""
    assert found.combinations is not None
    return {" ".join(variant for _, variant in each) for each in found.combinations}


def visitor(found: Matrix, combination: str) -> Any:
    assert found.combinations is not None
    return next(who for each, who in found.combinations.items() if " ".join(v for _, v in each) == combination)


def test_each_variant_that_an_entry_shows_is_a_combination(make: Make) -> None:
    found = matrix(page(), make(x="choose: [{when: {country: NO}, show: b}, {when: {device: tv}, show: c}]"))
    assert shown(found) == {"a", "b", "c"}
    assert visitor(found, "b").context.signals["country"] == "NO"
    assert "country" not in visitor(found, "c").context.signals or (
        visitor(found, "c").context.signals["country"] != "NO"
    )


def test_what_no_visitor_can_meet_together_is_no_combination(make: Make) -> None:
    edition = make(x="choose: [{when: {country: NO}, show: b}]", y="choose: [{when: {not: {country: NO}}, show: c}]")
    assert shown(matrix(page(), edition)) == {"a a", "b a", "a c"}


def test_whoever_chance_decides_for_is_in_it_with_a_bucket(make: Make) -> None:
    found = matrix(page(), make(x="choose: [{split: {a: 50, b: 50}}]", y="choose: [{split: {a: 99, c: 1}}]"))
    assert shown(found) == {"a a", "a c", "b a", "b c"}
    assert {visitor(found, each).draw.bucket is None for each in shown(found)} == {False}


def test_variants_that_are_never_drawn_together_are_no_combination(make: Make) -> None:
    edition = make(x="holdout: 100%\nchoose: [{split: {b: 50, c: 50}}]")
    found = matrix(page(), edition)
    assert shown(found) == {"a"}
    assert found.never == (("x", "b"), ("x", "c"))


def test_the_hour_and_the_part_of_the_day_are_one_moment(make: Make) -> None:
    found = matrix(page(), make(x="choose: [{when: {daypart: evening, hour: 3}, show: b}, {show: c}]"))
    assert (shown(found), found.never) == ({"c"}, (("x", "b"),))


def test_a_campaign_to_come_is_reached_at_its_time(make: Make) -> None:
    found = matrix(
        page(), make(x="starts: 2026-12-24\nends: 2026-12-26\nchoose: [{show: b}, {when: {device: tv}, show: c}]")
    )
    assert shown(found) == {"a", "b"}
    assert visitor(found, "b").context.at == NOW + 32 * 86400  # noon is the first thing that is tried


def test_a_campaign_that_is_over_is_reached_by_nobody(make: Make) -> None:
    found = matrix(page(), make(x="ends: 2026-11-01\nchoose: [{show: b}]"))
    assert (shown(found), found.never) == ({"a"}, (("x", "b"), ("x", "c")))


def test_at_a_fixed_moment_a_later_campaign_is_only_elsewhere(make: Make) -> None:
    edition = make(x="starts: 2026-12-24\nchoose: [{show: b}]")
    asked = page()
    at_once = Page(asked.context, asked.fixed | {"at", "hour", "weekday", "date", "month", "season"}, asked.clock)
    found = matrix(at_once, edition)
    assert (shown(found), found.elsewhere, found.never) == ({"a"}, (("x", "b"),), (("x", "c"),))


def test_a_variant_of_another_page_is_not_unreachable(make: Make) -> None:
    edition = make(
        x=HEAD.format("x").replace("where: /", "where: /*") + "choose: [{when: {path: /b}, show: b}, {show: c}]"
    )
    found = matrix(page(), edition)
    assert (shown(found), found.elsewhere, found.never) == ({"c"}, (("x", "b"),), ())


def test_a_signal_that_is_given_stays_as_it_is(make: Make) -> None:
    edition = make(x="choose: [{when: {country: NO}, show: b}, {show: c}]")
    assert shown(matrix(page(country="NO"), edition)) == {"b"}


def test_a_parameter_that_where_asks_for_may_be_there_or_not(make: Make) -> None:
    edition = make(
        x=HEAD.format("x").replace("where: /", "where: {path: /, query: {ref: 'p-*'}}") + "choose: [{show: b}]"
    )
    found = matrix(page(), edition)
    assert shown(found) == {"", "b"}
    assert visitor(found, "b").context.query["ref"].startswith("p-")


def test_a_campaigns_parameter_is_one_by_both_names(make: Make) -> None:
    edition = make(x="choose: [{when: {utm.source: n}, show: b}]", y="choose: [{when: {query.utm_source: n}, show: c}]")
    assert shown(matrix(page(), edition)) == {"a a", "b c"}


def test_a_region_lies_in_its_country(make: Make) -> None:
    edition = make(x="choose: [{when: {country: 'NO', region: US-CO}, show: b}, {when: {region: US-CO}, show: c}]")
    found = matrix(page(), edition)
    assert (shown(found), found.never) == ({"a", "c"}, (("x", "b"),))


def test_a_redirect_that_leads_away_stands_alone(make: Make) -> None:
    move = "purpose: content\nwhere: /\nslot: redirect\nvariants: {here: original, de: {redirect: /de/}}\n"
    edition = make(
        m=f"{move}choose: [{{when: {{language: de}}, show: de}}]", x="choose: [{when: {device: tv}, show: b}]"
    )
    assert shown(matrix(page(), edition)) == {"de", "here a", "here b"}


def test_where_there_are_too_many_each_experience_is_listed_by_itself(make: Make) -> None:
    files = {f"x{n}": f"choose: [{{when: {{query.p{n}: '1'}}, show: b}}]" for n in range(10)}
    found = matrix(page(), make(**files), most=500)
    assert found.combinations is None
    assert {frozenset(each) for each in found.variants.values()} == {frozenset({"a", "b"})}
    assert found.never == tuple((f"x{n}", "c") for n in range(10))


def test_thousands_of_entries_are_looked_through(make: Make) -> None:
    entries = "\n".join(f"  - {{when: {{city: Town{n}, device: mobile}}, show: {'bc'[n % 2]}}}" for n in range(1000))
    found = matrix(page(), make(x=f"choose:\n{entries}"))
    assert shown(found) == {"a", "b", "c"}


VALUES: dict[str, list[Any]] = {
    "country": ["NO", "SE", "US", "unknown"],
    "device": ["tv", "mobile", "desktop", "unknown"],
    "temperature": [-5.0, 0.0, 5.0, 9.0, "unknown"],
    "city": ["Oslo", "Os", "Bergen", "New Oslo", "x", "unknown"],
    "save_data": [True, "unknown"],
}
LEAVES = st.sampled_from(
    [
        {"country": "NO"}, {"country": ["NO", "SE"]}, {"country": "unknown"},
        {"device": "tv"}, {"device": ["tv", "mobile"]},
        {"temperature": "< 5"}, {"temperature": "0-5"}, {"temperature": "> 7"}, {"city": "Os*"}, {"city": "*Oslo*"},
        {"city": ["Oslo", "Bergen"]}, {"save_data": True}, {"country": "SE", "temperature": "<= 0"},
    ]
)  # fmt: skip
CONDITIONS = trees(LEAVES, 3, widest=2)
SHOWN = st.sampled_from(
    [{"show": "a"}, {"show": "b"}, {"show": "c"}, {"split": {"b": 50, "c": 50}}, {"split": {"a": 90, "b": 5, "c": 5}}]
)
ENTRIES = st.lists(
    st.builds(lambda when, show: {"when": when, **show} if when else show, st.none() | CONDITIONS, SHOWN),
    min_size=1,
    max_size=3,
)
EXPERIENCES = st.fixed_dictionaries(
    {"choose": ENTRIES, "holdout": st.sampled_from([0, 0, 0.1]), "never": st.none() | CONDITIONS}
)


def compiled(plain: list[Any]) -> Edition:
    """An edition from what a folder with these experiences would become."""
    always: dict[str, Any] = {"starts": None, "ends": None, "every": []}
    form = [["#x", {"kind": "text", "text": "x", "attributes": [], "order": []}]]
    bare: dict[str, Any] = {"forms": [], "headers": [], "target": "", "never_when": None, "placeholders": []}

    def entry(written: Any) -> dict[str, Any]:
        shares = [[written["show"], 1.0]] if "show" in written else [[k, v] for k, v in written["split"].items()]
        kind = "show" if "show" in written else "split"
        return {"when": written.get("when"), "kind": kind, "shares": shares, "signals": [], "policy": ""}

    return Edition(
        compile_rules(
            {
                "site": {"timezone": "Europe/Oslo", "holdout": 0, "dayparts": {}},
                "version": "v",
                "experiences": [
                    {
                        "name": f"x{number}", "file": "x.yaml", "purpose": "content", "delivery": "page",
                        "slots": ["#x"],
                        "where": {"path": ["/"], "host": [], "query": {}}, "window": always, "holdout": each["holdout"],
                        "rollout": 1, "sticky": True, "default": "a", "goal": {}, "group": "", "reward_window": None,
                        "not_worse": [], "choose": [entry(written) for written in each["choose"]],
                        "variants": {
                            "a": bare,
                            "b": {**bare, "forms": form, "never_when": each["never"]},
                            "c": {**bare, "forms": form},
                        },
                    }
                    for number, each in enumerate(plain)
                ],
            }
        )
    )  # fmt: skip


def by_brute_force(asked: Page, edition: Edition) -> set[Shown]:
    """Everybody, one by one: all values of all signals, and some buckets."""
    found: set[Shown] = set()
    for values in product(*VALUES.values()):
        signals = {**asked.context.signals, **dict(zip(VALUES, values, strict=True))}
        context = Context(signals, "/", "", {}, NOW)
        for bucket in range(0, BUCKETS, 512):
            found.add(tuple((d.experience, d.variant or "") for d in decide(context, edition, Draw(bucket, bucket))))
    return found


@given(st.lists(EXPERIENCES, min_size=1, max_size=2))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_combination_is_missing_and_each_visitor_gets_the_one_that_is_named(plain: list[Any]) -> None:
    edition = compiled(plain)
    found = matrix(page(), edition)
    assert found.combinations is not None
    assert by_brute_force(page(), edition) <= found.combinations.keys()
    for combination, who in found.combinations.items():
        assert tuple((d.experience, d.variant) for d in decide(who.context, edition, who.draw)) == combination
