"""The chart of lines."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.chart import HEIGHT, WIDTH, chart

SVG = "{http://www.w3.org/2000/svg}"


def drawn(lines: dict[str, list[float]]) -> Xml.Element:
    return Xml.fromstring(chart("Clicks <missed>", "visits & more", 400, lines))


def test_every_line_is_labelled_at_its_end_in_its_colour() -> None:
    svg = drawn({"ours": [1, 2, 3], "theirs": [2, 4, 9]})
    colours = {line.get("stroke") for line in svg.iter(f"{SVG}polyline")}
    labels = {text.text: text.get("fill") for text in svg.iter(f"{SVG}text") if text.text in ("ours", "theirs")}
    assert len(colours) == 2
    assert set(labels.values()) == colours


def test_titles_are_text_whatever_stands_in_them() -> None:
    texts = [text.text for text in drawn({"a<b": [1.0]}).iter(f"{SVG}text")]
    assert {"Clicks <missed>", "visits & more", "a<b"} <= set(texts)


def test_the_line_that_is_named_first_is_drawn_last_and_thicker() -> None:
    lines = list(drawn({"ours": [1, 2], "theirs": [2, 4]}).iter(f"{SVG}polyline"))
    assert float(lines[-1].get("stroke-width", 0)) > float(lines[0].get("stroke-width", 0))


def test_axes_are_ticked_in_round_numbers() -> None:
    texts = [text.text for text in drawn({"ours": [10.0, 230.0]}).iter(f"{SVG}text")]
    assert texts[1:6] == ["0", "50", "100", "150", "200"]
    assert texts[6:11] == ["0", "100", "200", "300", "400"]


@given(st.lists(st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=5), min_size=1, max_size=12))
def test_everything_stays_within_the_picture_and_no_label_covers_another(values: list[list[float]]) -> None:
    svg = drawn({f"player {number}": each for number, each in enumerate(values)})
    for line in svg.iter(f"{SVG}polyline"):
        for x, y in re.findall(r"([-\d.]+),([-\d.]+)", line.get("points", "")):
            assert 0 <= float(x) <= WIDTH
            assert 0 <= float(y) <= HEIGHT
    labels = sorted(float(each.get("y", 0)) for each in svg.iter(f"{SVG}text") if "player" in (each.text or ""))
    assert all(later - earlier > 16 for earlier, later in pairwise(labels))
    assert labels[-1] <= HEIGHT


@pytest.mark.parametrize("lines", [{}, {"ours": []}])
def test_a_chart_of_nothing_is_refused(lines: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="takes a line"):
        drawn(lines)
