"""What a visitor can read from an answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from loadtest.reading import Shown, cache_hit, decide_ms, follow, kind, links, shown


@pytest.mark.parametrize(
    ("page", "found"),
    [
        ('<a href="/a">A</a> <a class="b" href="/b?c=1">B</a>', ("/a", "/b?c=1")),
        ("<a href='/a'>A</a><a href=/b>B</a>", ("/a", "/b")),
        ('<a href="/a?b=1&amp;c=2">A</a>', ("/a?b=1&c=2",)),
        ('<a href="/a">A</a><a href="/a#top">A</a>', ("/a",)),
        ('<a href="//elsewhere.example/">x</a><a href="https://elsewhere.example/">x</a>', ()),
        ('<link rel="stylesheet" href="/style.css"><a href="/list.pdf">x</a><a href="/a.html">y</a>', ("/a.html",)),
        ('<a href="/_windsock/choice">x</a>', ()),
        ('<abbr href="/no">x</abbr>', ()),
        ("", ()),
    ],
)
def test_links_are_the_pages_of_the_same_site(page: str, found: tuple[str, ...]) -> None:
    assert links(page) == found


@pytest.mark.parametrize(("luck", "way"), [(0.0, "/a"), (0.49, "/a"), (0.5, "/b"), (0.999, "/b")])
def test_luck_chooses_among_the_links(luck: float, way: str) -> None:
    assert follow('<a href="/a">A</a><a href="/b">B</a>', luck) == way


def test_a_page_without_links_leads_nowhere() -> None:
    assert follow("<p>the end</p>", 0.3) is None


def test_decisions_are_read_with_variant_reason_and_probability() -> None:
    assert shown("hero=rain;p=0.62;r=learned, nav=wide;p=0.5;r=split") == (
        Shown("hero", "rain", "learned", 0.62),
        Shown("nav", "wide", "split", 0.5),
    )


@pytest.mark.parametrize("field", ["", ",", "hero", "=x", " , ;p=1"])
def test_an_odd_field_of_decisions_gives_none(field: str) -> None:
    assert shown(field) == ()


def test_a_decision_without_probability_is_still_one() -> None:
    assert shown("hero=rain;p=?") == (Shown("hero", "rain", "", None),)


@pytest.mark.parametrize(
    ("field", "took"),
    [
        ("windsock;dur=1.3, decide;dur=0.4, origin;dur=38", 0.4),
        ('decide;desc="rules";dur=2', 2.0),
        ("cache;dur=1", None),
        ("undecide;dur=1", None),
        ("decide", None),
        ("", None),
    ],
)
def test_the_time_of_the_decision_is_read_in_milliseconds(field: str, took: float | None) -> None:
    assert decide_ms(field) == took


@pytest.mark.parametrize(
    ("field", "hit"),
    [
        ("windsock; hit; ttl=27", True),
        ("windsock; hit", True),
        ("windsock;fwd=miss;stored", False),
        ("windsock; fwd=bypass", False),
        ("origin-cache; hit, windsock; fwd=miss", False),
        ("origin-cache; fwd=miss, windsock; hit", True),
        ("origin-cache; hit", None),
        ("", None),
    ],
)
def test_only_the_edges_own_member_says_whether_its_cache_answered(field: str, hit: bool | None) -> None:
    assert cache_hit(field) is hit


@pytest.mark.parametrize(
    ("path", "name"),
    [("/", "/"), ("/?utm_source=x", "/"), ("/camp", "/camp"), ("/gear/boot?size=42", "/gear/*"), ("/de/", "/de/")],
)
def test_pages_are_counted_by_kind(path: str, name: str) -> None:
    assert kind(path) == name


@settings(max_examples=200)
@given(st.text())
def test_no_header_and_no_page_can_make_a_visitor_stumble(text: str) -> None:
    shown(text)
    decide_ms(text)
    cache_hit(text)
    for link in links(text):
        assert link.startswith("/")
