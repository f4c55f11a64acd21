from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.web import validator

PAGE = b"<p>page</p>"


def asking(*tags: bytes) -> tuple[tuple[bytes, bytes], ...]:
    return ((b"if-none-match", b", ".join(tags)),)


@given(st.lists(st.binary(max_size=8), max_size=4), st.lists(st.binary(max_size=8), max_size=4))
def test_other_bytes_have_another_validator(some: list[bytes], others: list[bytes]) -> None:
    assert (validator.of(*some) == validator.of(*others)) is (some == others)


def test_a_visitor_who_has_these_bytes_is_recognised_also_through_a_weakening_cache() -> None:
    tag = validator.of(PAGE)
    assert validator.unchanged(asking(b'"other"', tag), tag)
    assert validator.unchanged(asking(b"W/" + tag), tag)
    assert not validator.unchanged(asking(validator.of(b"older")), tag)


def test_our_validators_are_told_from_the_origins() -> None:
    assert validator.is_ours(validator.of(PAGE))
    assert not validator.is_ours(b'"5f3a"')
