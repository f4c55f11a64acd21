"""Experiences told apart by their combinations."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from edge.decisions.matrix.blocks import blocks, part

A = [(("a", "1"),), (("a", "2"),)]
B = [(("b", "1"),), (("b", "2"),), (("b", "3"),)]


def test_those_that_go_with_each_other_in_every_way_are_apart() -> None:
    assert blocks([one + other for one, other in product(A, B)]) == [("a",), ("b",)]


def test_those_of_which_one_combination_is_missing_are_together() -> None:
    assert blocks([one + other for one, other in product(A, B)][1:]) == [("a", "b")]


def test_three_of_which_every_two_are_apart_may_still_be_together() -> None:
    rows = [tuple(zip("abc", map(str, bits), strict=True)) for bits in product((0, 1), repeat=3) if sum(bits) % 2]
    assert blocks(rows) == [("a", "b", "c")]


def test_one_that_is_not_always_met_counts_as_one_more_variant() -> None:
    assert blocks([one + other for one, other in product(A, [*B, ()])]) == [("a",), ("b",)]
    assert blocks([()]) == []


ROWS = st.lists(st.tuples(*[st.sampled_from("xyz")] * 3), min_size=1, max_size=12, unique=True)


@given(ROWS)
def test_the_lists_together_give_exactly_the_combinations(rows: list[tuple[str, ...]]) -> None:
    found = [tuple(zip("abc", row, strict=True)) for row in rows]
    lists = [dict.fromkeys(part(shown, names) for shown in found) for names in blocks(found)]
    assert {frozenset(sum(each, ())) for each in product(*lists)} == {frozenset(shown) for shown in found}
