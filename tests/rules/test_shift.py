from __future__ import annotations

import pytest

from rules.shift import unsized


@pytest.mark.parametrize(
    "markup",
    [
        "<p>words</p>",
        '<img src="/a.jpg" width="4" height="3" alt="">',
        "<IMG SRC=/a.jpg WIDTH=4 HEIGHT=3>",
        '<img src="/a.jpg" style="aspect-ratio: 4 / 3">',
        '<iframe src="/map" style="width: 100%; height: 300px"></iframe>',
        '<img src="/pixel.gif" hidden>',
        '<img src="/badge.svg" style="position: absolute; top: 0">',
        '<!-- <img src="/a.jpg"> -->',
        "<svg viewBox='0 0 4 3'><image href='/a.png'/></svg>",
    ],
)
def test_what_keeps_its_place_is_fine(markup: str) -> None:
    assert list(unsized(markup)) == []


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ('<img src="/a.jpg">', ("picture (<img>)", 1)),
        ('<section>\n  <img src="/a.jpg" width="400">\n</section>', ("picture (<img>)", 2)),
        ('<iframe src="/map"></iframe>', ("frame (<iframe>)", 1)),
        ('<video src="/a.mp4" style="max-height: 300px"></video>', ("film (<video>)", 1)),
        ('<img src="/a.jpg" style="line-height: 1"/>', ("picture (<img>)", 1)),
    ],
)
def test_what_arrives_later_and_says_no_size_is_named_with_its_line(markup: str, found: tuple[str, int]) -> None:
    assert list(unsized(markup)) == [found]
