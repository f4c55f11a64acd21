"""Pictures that are drawn from a name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from edge.demo.shop.art import LIGHTS, picture


@pytest.mark.parametrize("light", LIGHTS)
@given(name=st.text(max_size=30))
def test_every_name_gives_a_picture_that_can_be_read(light: str, name: str) -> None:
    drawn = picture(name, light)
    assert LexborHTMLParser(drawn.decode()).css_first("svg path") is not None


def test_the_same_name_gives_the_same_hills_in_every_light() -> None:
    assert picture("bergen", "day") == picture("bergen", "day")
    assert picture("bergen", "day") != picture("lisbon", "day")
    assert len({picture("bergen", light) for light in LIGHTS}) == len(LIGHTS)
