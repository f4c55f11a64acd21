from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.glob import glob, pattern
from rules.lookup import Table, Texts
from rules.when import Between, Is
from tests.work import lines


@given(
    st.lists(st.text("ab/*", max_size=6).map(glob), max_size=30),
    st.lists(st.text("ab/", max_size=8), min_size=1, max_size=5),
)
@settings(max_examples=200, deadline=None)
def test_a_text_has_the_patterns_that_it_matches_one_by_one(patterns: list[Any], texts: list[str]) -> None:
    made = Texts((each, 1 << at) for at, each in enumerate(patterns))
    for text in texts:
        assert made.bits(text) == sum(1 << at for at, each in enumerate(patterns) if each.matches(text))


def test_a_thousand_beginnings_are_looked_up_like_one() -> None:
    one, many = (Texts((glob(f"/section-{at}/*"), 1 << at) for at in range(100, most)) for most in (101, 1100))
    assert all(many.bits(f"/section-{at}/boots") == 1 << at for at in range(100, 1100))
    work = lines(lambda: one.bits("/section-100/boots"))
    assert lines(lambda: many.bits("/section-100/boots")) == work


def test_a_pattern_with_a_capture_is_found_by_its_beginning() -> None:
    made = Texts([(pattern("/to/{slug}"), 1), (pattern("/to/*"), 2), (pattern("/to/oslo"), 4), (pattern("*"), 8)])
    assert made.bits("/to/oslo") == 15
    assert made.bits("/to/oslo/hotels") == 10
    assert made.bits("/") == 8


def test_a_value_is_found_where_it_is_named_and_between_bounds() -> None:
    table = Table("hour", {Is("hour", frozenset({5})): 1, Between("hour", 3, 7, with_high=False): 2}, free=4)
    found = {value: table.exact.get(value, None) or table.other(value) for value in (2, 3, 4.5, 5, 6, 7, 99)}
    assert found == {2: 4, 3: 6, 4.5: 6, 5: 7, 6: 6, 7: 4, 99: 4}
    assert table.exact["unknown"] == 4
