"""Texts that tell patterns apart."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from edge.decisions.matrix.text import texts
from rules.glob import glob

PATTERNS = st.lists(
    st.text("ab* ", min_size=1, max_size=4).filter(lambda written: "*" in written), min_size=1, max_size=3
)
WRITTEN = [
    written for n in range(1, 6) for written in map("".join, product("abz ", repeat=n)) if written == written.strip()
]


@given(PATTERNS, st.sets(st.sampled_from(["a", "ab", "z", "aa", "c"]), max_size=3))
def test_there_is_one_for_each_answer_that_the_patterns_can_give(patterns: list[str], besides: set[str]) -> None:
    globs = [glob(written) for written in patterns]
    found = list(texts(globs, besides))
    assert not besides & set(found)
    assert all(text == text.strip() and text not in ("", "unknown") for text in found)
    told = {tuple(each.matches(text) for each in globs) for text in found}
    assert told >= {tuple(each.matches(text) for each in globs) for text in WRITTEN if text not in besides}


def test_the_word_unknown_stands_for_nothing() -> None:
    assert "unknown" not in texts([glob("unknow*")], ())


def test_many_patterns_are_looked_through_in_bounded_work() -> None:
    globs = [glob(f"*{one}*{two}*") for one in "abcdef" for two in "uvwxyz"]
    assert list(texts(globs, ()))
