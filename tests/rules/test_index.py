"""The index says what the interpreter says, for whatever rules and whoever asks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.choose import choose
from rules.compile import experience
from rules.glob import glob, pattern
from rules.index import Index
from rules.load import NO_SITE
from rules.signals import Signals
from rules.values import Entry, Experience
from rules.when import AnyOf, Between, Condition, Is, Like, Not
from rules.where import Where
from tests.conditions import compiled
from tests.rules.hero import BARE
from tests.work import lines

NUMBERS = [-3.5, 0, 1, 5, 5.5, 22, 1e9, True, False]
WORDS = ["unknown", "NO", "US", "mobile", "tv", "2026-11-22", "2026-12-24", "", "a", "ab", "ba", "\0"]
VALUES = st.sampled_from([*NUMBERS, *WORDS])
NAMES = st.sampled_from(["device", "country", "hour", "date", "query.ref"])
BOUNDS = st.none() | st.sampled_from([-3.5, 0, 5, 22, "2026-11-22", "a"])
GLOBS = st.sampled_from(["*", "a*", "*a", "a*b", "NO", "2026-*"]).map(glob)
LEAVES = st.one_of(
    st.builds(Is, NAMES, st.frozensets(VALUES, min_size=1, max_size=4)),
    st.builds(Like, NAMES, GLOBS),
    st.builds(Between, NAMES, BOUNDS, BOUNDS, st.booleans(), st.booleans()),
    st.builds(Is, st.just("city"), st.frozensets(st.sampled_from(["seattle", "são paulo", "unknown"]), min_size=1)),
    st.builds(Like, st.just("city"), st.sampled_from(["*", "sea*", "são*", "*o"]).map(glob)),
    st.builds(Is, st.just("holiday"), st.frozensets(st.sampled_from(["A", "B", "A; B", "unknown"]), min_size=1)),
    st.builds(Like, st.just("holiday"), st.sampled_from(["*", "A*", "*B", "*;*"]).map(glob)),
)
CONDITIONS = compiled(LEAVES, 5)
PATHS = ["/", "/a", "/a/", "/a/b", "/a*", "/a/*", "*", "*/b", "/a/{slug}", "/{x}/b*", "/a*b", "*a*"]
PAGES = ["/", "/a", "/a/", "/a/b", "/ab", "/a/b/c", "/b", "/c/b", "", "/a/å"]
WHERES = st.builds(
    Where,
    st.lists(st.sampled_from(PATHS).map(pattern), max_size=3).map(tuple),
    st.lists(st.sampled_from(["shop.example", "*.example", "*"]).map(glob), max_size=2).map(tuple),
    st.dictionaries(st.sampled_from(["ref", "x"]), st.sampled_from([(glob("*"),), (glob("a"), glob("b*"))]), max_size=2)
    .map(dict.items)
    .map(tuple),
)
PLAIN: dict[str, Any] = {
    **BARE,
    "variants": {name: {"forms": [], "headers": [], "target": "", "never_when": None} for name in "ab"},
    "choose": [],
}


def thing(name: str, where: Where, conditions: list[Condition | None]) -> Experience:
    """An experience with an entry for each of these conditions."""
    entries = tuple(Entry(each, "show", (("b", 1.0),)) for each in conditions)
    return with_entries(name, where, entries)


def with_entries(name: str, where: Where, entries: tuple[Entry, ...]) -> Experience:
    return replace(experience({**PLAIN, "name": name}, NO_SITE), where=where, choose=entries)


APPRENTICE = Entry(None, "learn", (("a", 1.0), ("b", 1.0)), ("device",), "rules")
ENTRIES = st.lists(
    st.builds(
        lambda when, beside: replace(APPRENTICE, when=when) if beside else Entry(when, "show", (("b", 1.0),)),
        st.none() | CONDITIONS,
        st.booleans(),
    ),
    max_size=4,
).map(tuple)
THINGS = st.lists(st.tuples(WHERES, st.lists(st.none() | CONDITIONS, max_size=3)), max_size=6).map(
    lambda made: [thing(f"x{at}", where, conditions) for at, (where, conditions) in enumerate(made)]
)
HOLIDAYS = st.sampled_from(["A", "B", "A; B", "B; A", "C; A", "C; D", "C", "none", "unknown", "", 5])
CITIES = st.sampled_from(["Seattle", "SEATTLE", "seattle", "São Paulo", "SÃO PAULO", "Oslo", "unknown", "", 5])
SIGNALS = st.builds(
    lambda signals, city: {**signals, **city},
    st.dictionaries(NAMES, VALUES | st.floats(allow_nan=False) | st.text(max_size=4)),
    st.fixed_dictionaries({}, optional={"city": CITIES, "holiday": HOLIDAYS}),
)
QUERIES = st.dictionaries(st.sampled_from(["ref", "x", "y"]), st.sampled_from(["", "a", "b", "bc"]))
HOSTS = st.sampled_from(["shop.example", "www.example", ""])


def by_index(things: list[Experience], path: str, host: str, query: dict[str, str], signals: Signals) -> dict[str, Any]:
    index = Index(things)
    page = index.page(path, host, query)
    left = index.left(page, signals)
    return {things[at].name: index.first(at, left, signals) for at in page.positions}


def by_interpreter(
    things: list[Experience], path: str, host: str, query: dict[str, str], signals: Signals
) -> dict[str, Any]:
    return {each.name: choose(each, signals).rule for each in things if each.where.matches(path, host, query)}


@given(THINGS, st.sampled_from(PAGES), HOSTS, QUERIES, SIGNALS)
@settings(max_examples=700, deadline=None)
def test_the_index_says_what_the_interpreter_says(
    things: list[Experience], path: str, host: str, query: dict[str, str], signals: Signals
) -> None:
    assert by_index(things, path, host, query, signals) == by_interpreter(things, path, host, query, signals)


@given(st.lists(ENTRIES, min_size=1, max_size=4), SIGNALS)
@settings(max_examples=300, deadline=None)
def test_both_pass_over_apprentices_and_name_the_first_that_watches(
    entries: list[tuple[Entry, ...]], signals: Signals
) -> None:
    things = [with_entries(f"x{at}", Where((pattern("*"),)), each) for at, each in enumerate(entries)]
    index = Index(things)
    left = index.left(index.page("/", "", {}), signals)
    for at, each in enumerate(things):
        rule, beside = index.first(at, left, signals), index.beside(at, left, signals)
        asked = choose(each, signals)
        assert rule == asked.rule
        assert asked.beside == (beside if beside is not None and (rule is None or beside < rule) else None)


@given(CONDITIONS, SIGNALS)
@settings(max_examples=700, deadline=None)
def test_a_condition_alone_has_the_same_answer(condition: Condition, signals: Signals) -> None:
    things = [thing("x", Where(), [condition])]
    assert by_index(things, "/", "", {}, signals) == by_interpreter(things, "/", "", {}, signals)


@given(THINGS, st.sampled_from(PAGES), HOSTS, QUERIES)
@settings(max_examples=200, deadline=None)
def test_a_page_without_a_concern_has_no_experience_whatever_its_query(
    things: list[Experience], path: str, host: str, query: dict[str, str]
) -> None:
    met = by_interpreter(things, path, host, query, {})
    if met:
        assert Index(things).concerns(path, host)
    if not Index(things).concerns(path, host):
        assert not met


def test_what_is_no_number_is_left_to_the_interpreter() -> None:
    index = Index([thing("x", Where(), [Between("hour", 5, 9)])])
    with pytest.raises(ValueError, match="no number"):
        index.left(index.page("/", "", {}), {"hour": float("nan")})


def told() -> str:
    """Which entry matches for some hundred contexts, as text that can be compared."""
    tv = Is("device", frozenset({"tv"}))
    rules = [
        thing("a", Where((pattern("/a*"),)), [Is("country", frozenset({"NO", "SE", "DK"})), Not(tv)]),
        thing("b", Where(), [AnyOf((tv, Between("hour", 5, 9))), None]),
    ]
    answers = [
        by_index(rules, path, "", {}, {"country": country, "device": device, "hour": hour})
        for path in PAGES
        for country in ("NO", "US", "unknown")
        for device in ("tv", "mobile")
        for hour in range(24)
    ]
    return json.dumps(answers)


def test_another_process_finds_the_same_entries() -> None:
    script = f"import runpy; print(runpy.run_path({__file__!r})['told']())"
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    there = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert json.loads(there.stdout) == json.loads(told())


def test_each_of_a_thousand_values_of_one_signal_is_indexed_on_its_own() -> None:
    things = [thing(f"x{at}", Where(), [Is("query.ref", frozenset({f"partner-{at}"}))]) for at in range(1000)]
    index = Index(things)
    assert index.first(7, index.left(index.page("/", "", {}), {"query.ref": "partner-7"}), {}) == 1
    assert lines(lambda: Index(things)) < 2.5 * lines(lambda: Index(things[:500]))
