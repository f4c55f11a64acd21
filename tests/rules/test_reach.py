"""What is said about conditions, against all visitors that there can be: it must never be wrong."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.phrase import condition
from rules.reach import Taken, exclusive, possible, terms
from rules.signals import Signals, Value
from rules.vocabulary import COMMON
from rules.when import Condition, evaluate

DAYS: tuple[tuple[str, Value], ...] = (("mon", False), ("sat", True), ("sun", True), ("unknown", "unknown"))
DEGREES: tuple[Value, ...] = (4.0, 5.0, 6.0, "unknown")
VISITORS: list[Signals] = [
    {"device": device, "weekday": day, "weekend": weekend, "temperature": degrees, "path": path}
    for device, (day, weekend), degrees, path in product(
        ("mobile", "desktop", "tv", "unknown"), DAYS, DEGREES, ("/", "/shop/a", "/shop/b")
    )
]

VALUES = {
    "device": st.sampled_from(["mobile", "tv", "unknown"]) | st.just(["mobile", "desktop"]),
    "weekday": st.sampled_from(["mon", "sat-sun", "fri-mon"]),
    "weekend": st.booleans(),
    "temperature": st.sampled_from(["< 5", "<= 5", "> 5", ">= 5", "4-5", 5, "unknown"]),
    "path": st.sampled_from(["/", "/shop/*", "/shop/a", "*a"]),
}
PHRASES = st.sampled_from(sorted(VALUES)).flatmap(lambda name: st.fixed_dictionaries({name: VALUES[name]}))
TREES = st.recursive(
    PHRASES,
    lambda inner: (
        st.fixed_dictionaries({"not": inner})
        | st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)})
    ),
    max_leaves=5,
)
CONDITIONS = TREES.map(condition)
MANY = settings(max_examples=300, deadline=None)


def those(condition: Condition) -> list[Signals]:
    return [visitor for visitor in VISITORS if evaluate(condition, visitor) is True]


@MANY
@given(CONDITIONS)
def test_the_terms_of_a_condition_are_about_the_same_visitors(condition: Condition) -> None:
    found = terms(condition)
    if found is None:
        return
    for visitor in VISITORS:
        by_terms = any(
            all(fact.allows(visitor[name]) for name, facts in term.items() for fact in facts) for term in found
        )
        assert by_terms is (evaluate(condition, visitor) is True)


@MANY
@given(CONDITIONS)
def test_where_no_term_is_possible_there_is_no_visitor(condition: Condition) -> None:
    found = terms(condition)
    if found is not None and all(possible(term, COMMON) for term in found):
        assert those(condition) == []


@MANY
@given(CONDITIONS, CONDITIONS)
def test_what_is_exclusive_has_no_visitor_in_common(one: Condition, other: Condition) -> None:
    if exclusive(one, other, COMMON):
        assert [visitor for visitor in those(one) if visitor in those(other)] == []


@MANY
@given(st.lists(CONDITIONS, min_size=1, max_size=4), CONDITIONS)
def test_who_is_taken_has_met_an_earlier_condition(earlier: list[Condition], last: Condition) -> None:
    taken = Taken(COMMON)
    for number, each in enumerate(earlier, 1):
        taken.add(number, terms(each) or [])
    found = terms(last)
    takers = None if found is None else taken.by(found)
    if takers is not None:
        met = [visitor for number in takers for visitor in those(earlier[number - 1])]
        assert [visitor for visitor in those(last) if visitor not in met] == []


TAKEN = {
    "the same": ({"device": "tv"}, {"device": "tv"}),
    "one of a list": ({"device": ["tv", "mobile"]}, {"device": "tv"}),
    "more is asked": ({"device": "tv"}, {"device": "tv", "weekend": True}),
    "everybody": (None, {"device": "tv"}),
    "a range in a range": ({"temperature": "< 5"}, {"temperature": "1-4"}),
    "a closed bound in an open one": ({"temperature": "<= 5"}, {"temperature": "< 5"}),
    "an hour in a range of hours": ({"hour": "6-12"}, {"hour": 7}),
    "a pattern in a pattern": ({"path": "/shop/*"}, {"path": "/shop/*/boots"}),
    "a path in a pattern": ({"path": "/shop/*"}, {"path": "/shop/boots"}),
    "one that is left by not": ({"not": {"device": ["mobile", "tablet"]}}, {"device": "tv"}),
    "either": ({"any": [{"device": "tv"}, {"weekend": True}]}, {"weekend": True}),
    "a state in a country": ({"country": ["US", "CA"]}, {"region": ["US-CO", "CA-ON"]}),
    "not knowing": ({"country": "unknown"}, {"country": "unknown", "device": "tv"}),
}


@pytest.mark.parametrize(("earlier", "later"), TAKEN.values(), ids=TAKEN.keys())
def test_an_entry_leaves_nobody_for_a_narrower_one(earlier: object, later: object) -> None:
    taken = Taken(COMMON)
    taken.add(1, terms(None if earlier is None else condition(earlier)) or [])
    assert taken.by(terms(condition(later)) or []) == [1]


LEFT = {
    "another value": ({"device": "tv"}, {"device": ["tv", "mobile"]}),
    "less is asked": ({"device": "tv", "weekend": True}, {"device": "tv"}),
    "the bound itself": ({"temperature": "< 5"}, {"temperature": "<= 5"}),
    "both answers, and not knowing": ({"any": [{"weekend": True}, {"weekend": False}]}, {"device": "tv"}),
    "a wider pattern": ({"path": "/shop/*/boots"}, {"path": "/shop/*"}),
    "a state of another country": ({"country": "US"}, {"region": ["US-CO", "CA-ON"]}),
    "a state, or not knowing it": ({"country": "US"}, {"region": ["US-CO", "unknown"]}),
    "nobody": ({"device": "tv", "all": [{"device": "mobile"}]}, {"device": "tv"}),
}


@pytest.mark.parametrize(("earlier", "later"), LEFT.values(), ids=LEFT.keys())
def test_an_entry_leaves_somebody_for_a_wider_one(earlier: object, later: object) -> None:
    taken = Taken(COMMON)
    found = [term for term in terms(condition(earlier)) or [] if possible(term, COMMON) is None]
    taken.add(1, found)
    assert taken.by(terms(condition(later)) or []) is None


def test_several_entries_can_share_out_a_list_among_them() -> None:
    taken = Taken(COMMON)
    for number, country in enumerate(("US", "CA", "MX"), 1):
        taken.add(number, terms(condition({"country": country})) or [])
    assert taken.by(terms(condition({"country": ["US", "MX"]})) or []) == [1, 3]


def test_a_condition_of_very_many_terms_is_not_judged() -> None:
    parts = [{"any": [{"device": "tv"}, {"weekend": True}]} for _ in range(7)]
    assert terms(condition({"all": parts})) is None


def test_thousands_of_entries_are_compared_in_passing() -> None:
    taken = Taken(COMMON)
    for number in range(5000):
        found = terms(condition({"language": "en", "path": f"/title/{number}"})) or []
        assert taken.by(found) is None
        taken.add(number + 1, found)
    assert max(map(len, taken._by_value.values())) < 100


@pytest.mark.parametrize(
    ("tree", "signal"),
    [
        ({"device": "tv", "all": [{"device": "mobile"}]}, "device"),
        ({"temperature": "< 5", "all": [{"temperature": "> 5"}]}, "temperature"),
        ({"temperature": "< 5", "all": [{"temperature": 5}]}, "temperature"),
        ({"country": "NO", "region": "US-CO"}, "region"),
        ({"weekend": True, "weekday": "mon-fri"}, "weekday"),
        ({"hour": "6-12", "all": [{"hour": "12-18"}]}, "hour"),
        ({"date": "2026-01-01 - 2026-01-31", "all": [{"date": "2026-02-01"}]}, "date"),
        ({"not": {"any": [{"weekend": True}, {"weekend": [False, "unknown"]}]}}, "weekend"),
    ],
)
def test_a_contradiction_names_its_signal(tree: object, signal: str) -> None:
    (term,) = terms(condition(tree)) or []
    assert possible(term, COMMON) == signal


@pytest.mark.parametrize(
    "tree",
    [
        {"temperature": "<= 5", "all": [{"temperature": ">= 5"}]},
        {"country": "US", "region": "US-CO"},
        {"country": "unknown", "region": "US-CO"},
        {"weekend": True, "weekday": "fri-sat"},
        {"path": "/a*", "all": [{"path": "*b"}]},
    ],
)
def test_what_may_be_is_no_contradiction(tree: object) -> None:
    (term,) = terms(condition(tree)) or []
    assert possible(term, COMMON) is None
