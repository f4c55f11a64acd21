"""Any conditions, nested in each other: as they are written, and as they are evaluated."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from rules.when import AllOf, AnyOf, Condition, Not


def written(leaves: st.SearchStrategy[Any], most: int, widest: int = 3) -> st.SearchStrategy[Any]:
    """`any`, `all` and `not` around at most so many leaves, at most so many in each."""
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.lists(parts, min_size=1, max_size=widest).map(lambda listed: {"any": listed}),
            st.lists(parts, min_size=1, max_size=widest).map(lambda listed: {"all": listed}),
            parts.map(lambda part: {"not": part}),
        ),
        max_leaves=most,
    )


def compiled(leaves: st.SearchStrategy[Condition], most: int) -> st.SearchStrategy[Condition]:
    """The same around at most so many conditions, also around none."""
    return st.recursive(
        leaves,
        lambda parts: st.one_of(
            st.builds(AllOf, st.lists(parts, max_size=3).map(tuple)),
            st.builds(AnyOf, st.lists(parts, max_size=3).map(tuple)),
            st.builds(Not, parts),
        ),
        max_leaves=most,
    )
