"""The values of a signal that may make a difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.decisions.matrix.formula import Leaf
from edge.decisions.matrix.values import between, candidates
from rules.phrase import phrase
from rules.vocabulary import COMMON, parse_value, signal
from rules.when import AnyOf, Between, Is, Like


def leaves(name: str, *written: Any) -> list[Leaf]:
    read = [phrase(signal(name), each) for each in written]
    parts = [part for each in read for part in (each.parts if isinstance(each, AnyOf) else (each,))]
    return [part for part in parts if isinstance(part, Is | Between | Like)]


@pytest.mark.parametrize(
    ("name", "written", "answers"),
    [
        ("temperature", ["< 5", "> 5"], {(True, False), (False, False), (False, True), (None, None)}),
        ("temperature", ["<= 0", "< 5"], {(True, True), (False, True), (False, False), (None, None)}),
        ("wind", ["3", "4"], {(True, False), (False, True), (False, False), (None, None)}),
        ("temperature", ["-100"], {(True,), (False,), (None,)}),
        ("country", ["NO", ["NO", "US"]], {(True, True), (False, True), (False, False), (None, None)}),
        ("country", ["unknown"], {(True,), (False,)}),
        ("language", ["en", "de"], {(True, False), (False, True), (False, False), (None, None)}),
        ("save_data", [True], {(True,), (False,), (None,)}),
        ("weather", ["rain"], {(True,), (False,), (None,)}),
        ("timezone", ["Europe/Oslo"], {(True,), (False,), (None,)}),
        ("place.hour", ["22-6"], {(True, False), (False, True), (False, False), (None, None)}),
        ("city", ["Oslo", "O*"], {(True, True), (False, True), (False, False), (None, None)}),
    ],
)
def test_there_is_one_for_each_answer(name: str, written: list[Any], answers: set[tuple[bool | None, ...]]) -> None:
    asked = leaves(name, *written)
    found = list(candidates(name, asked, COMMON))
    assert {tuple(leaf.holds({name: value}) for leaf in asked) for value in found} == answers
    assert found[0] == "unknown"


@given(st.lists(st.integers(-400, 230).map(lambda quarter: f"< {quarter / 4}"), min_size=1, max_size=4))
def test_each_number_can_be_written(written: list[str]) -> None:
    for value in list(candidates("temperature", leaves("temperature", *written), COMMON))[1:]:
        assert isinstance(value, float)
        assert parse_value("temperature", f"{value:.15f}".rstrip("0").rstrip(".")) == pytest.approx(value)


@pytest.mark.parametrize(("low", "high", "middle"), [(0, 10, 5), (0, 1, 0.5), (4.444444, 5, 4.7), (-1, 0, -0.5)])
def test_between_two_numbers_lies_a_short_one(low: float, high: float, middle: float) -> None:
    assert between(low, high) == middle
