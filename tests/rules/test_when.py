from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.glob import glob
from rules.signals import UNKNOWN, Value
from rules.when import AllOf, AnyOf, Between, Condition, Is, Like, Not, evaluate

RAIN = Is("weather", frozenset({"rain", "storm"}))
COLD = Between("temperature", None, 5.0, with_high=False)
ALWAYS, NEVER, NOBODY_KNOWS = AllOf(()), AnyOf(()), RAIN

VALUES: Mapping[str, list[Value]] = {
    "weather": ["rain", "clear", UNKNOWN],
    "temperature": [-3.0, 5.0, 21.5, UNKNOWN],
    "device": ["mobile", "tv", UNKNOWN],
}
CONTEXTS = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})
_LEAVES: list[Condition] = [
    RAIN,
    COLD,
    Between("temperature", 5.0, 21.5),
    Is("device", frozenset({"tv"})),
    Like("device", glob("mo*")),
]
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from(_LEAVES),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: AllOf(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
        | inner.map(Not)
    ),
    max_leaves=6,
)


def test_a_value_matches_one_of_the_listed() -> None:
    assert evaluate(RAIN, {"weather": "storm"}) is True
    assert evaluate(RAIN, {"weather": "snow"}) is False


@pytest.mark.parametrize("signals", [{}, {"weather": "unknown"}], ids=["missing", "unknown"])
def test_an_unknown_signal_gives_no_answer(signals: dict[str, Value]) -> None:
    assert evaluate(RAIN, signals) is None
    assert evaluate(Not(RAIN), signals) is None


def test_the_word_unknown_matches_only_what_is_unknown() -> None:
    nobody_knows = Is("weather", frozenset({UNKNOWN}))
    assert evaluate(nobody_knows, {}) is True
    assert evaluate(nobody_knows, {"weather": "rain"}) is False
    assert evaluate(Not(nobody_knows), {}) is False


def test_a_star_does_not_match_the_word_unknown() -> None:
    assert evaluate(Like("query.ref", glob("*")), {"query.ref": UNKNOWN}) is None
    assert evaluate(Like("query.ref", glob("*")), {"query.ref": "x"}) is True


@pytest.mark.parametrize(
    ("temperature", "with_both", "with_none"),
    [(4.9, False, False), (5.0, True, False), (9.0, True, True), (12, True, False)],
)
def test_a_bound_is_included_or_not(temperature: float, with_both: bool, with_none: bool) -> None:
    assert evaluate(Between("t", 5.0, 12.0), {"t": temperature}) is with_both
    assert evaluate(Between("t", 5.0, 12.0, False, False), {"t": temperature}) is with_none


def test_dates_are_compared_as_they_are_written() -> None:
    christmas = Between("date", "2026-12-24", "2026-12-26")
    assert evaluate(christmas, {"date": "2026-12-26"}) is True
    assert evaluate(christmas, {"date": "2027-12-25"}) is False


@pytest.mark.parametrize("value", ["warm", "", "5"])
def test_a_value_of_another_kind_gives_no_answer(value: str) -> None:
    assert evaluate(COLD, {"temperature": value}) is None


def test_a_number_that_is_none_lies_in_no_range() -> None:
    assert evaluate(COLD, {"temperature": float("nan")}) is False


# False < None < True: `all` is the least, `any` the greatest (Kleene's strong tables, written out)
_ANSWERS: list[tuple[Condition, bool | None]] = [(ALWAYS, True), (NEVER, False), (NOBODY_KNOWS, None)]


@pytest.mark.parametrize(("left", "a"), _ANSWERS)
@pytest.mark.parametrize(("right", "b"), _ANSWERS)
def test_all_is_the_least_and_any_the_greatest(
    left: Condition, a: bool | None, right: Condition, b: bool | None
) -> None:
    order = [False, None, True]
    assert order.index(evaluate(AllOf((left, right)), {})) == min(order.index(a), order.index(b))
    assert order.index(evaluate(AnyOf((left, right)), {})) == max(order.index(a), order.index(b))


@settings(max_examples=200)
@given(CONDITIONS, CONTEXTS)
def test_two_nots_cancel(condition: Condition, context: dict[str, Value]) -> None:
    assert evaluate(Not(Not(condition)), context) is evaluate(condition, context)


@settings(max_examples=200)
@given(st.lists(CONDITIONS, max_size=4), CONTEXTS)
def test_not_all_is_any_not(parts: list[Condition], context: dict[str, Value]) -> None:
    negated = tuple(Not(part) for part in parts)
    assert evaluate(Not(AllOf(tuple(parts))), context) is evaluate(AnyOf(negated), context)
    assert evaluate(Not(AnyOf(tuple(parts))), context) is evaluate(AllOf(negated), context)


@settings(max_examples=200)
@given(
    st.lists(CONDITIONS, min_size=1, max_size=4).flatmap(lambda p: st.tuples(st.just(p), st.permutations(p))), CONTEXTS
)
def test_the_order_of_conditions_does_not_matter(
    orders: tuple[list[Condition], list[Condition]], context: dict[str, Value]
) -> None:
    one, other = (tuple(parts) for parts in orders)
    assert evaluate(AllOf(one), context) is evaluate(AllOf(other), context)
    assert evaluate(AnyOf(one), context) is evaluate(AnyOf(other), context)


@settings(max_examples=300)
@given(CONDITIONS, CONTEXTS, CONTEXTS)
def test_learning_more_never_changes_an_answer(
    condition: Condition, context: dict[str, Value], more: dict[str, Value]
) -> None:
    known = {name: value for name, value in context.items() if value != UNKNOWN}
    before = evaluate(condition, known)
    assert before is None or evaluate(condition, {**more, **known}) is before
