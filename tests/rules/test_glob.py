from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.glob import SLUG, TRIES, captures, glob, pattern
from tests.work import lines


@pytest.mark.parametrize(
    ("written", "matching", "others"),
    [
        ("/", ["/"], ["", "/x", "//"]),
        ("/home/*", ["/home/", "/home/a", "/home/a/b"], ["/home", "/homes/"]),
        ("*", ["", "/", "/a/b"], []),
        ("/*/sale", ["/shoes/sale", "/a/b/sale", "//sale"], ["/sale", "/shoes/sale/x"]),
        ("*.shop.example", ["www.shop.example"], ["shop.example"]),
        ("/a*a", ["/aa", "/aba"], ["/a"]),
        ("/a*b*b", ["/abb", "/axbxb"], ["/ab", "/bab"]),
        ("/a**b", ["/ab", "/axb"], ["/a"]),
        ("/to/{slug}", ["/to/oslo", "/to/new-york.html", "/to/A_1"], ["/to/", "/to/a/b", "/to/å"]),
        ("/to/{slug}/*", ["/to/a/", "/to/a/b/c"], ["/to/a", "/to//b"]),
        ("/{a}-{b}", ["/x-y", "/x-y-z", "/---"], ["/-x", "/x-", "/x"]),
        ("*{slug}.html", ["/x.html", "a.html"], [".html", "/.html"]),
        ("/{Slug}", ["/{Slug}"], ["/x"]),
    ],
)
def test_a_pattern_matches_the_whole_text(written: str, matching: list[str], others: list[str]) -> None:
    assert [text for text in matching if not pattern(written).matches(text)] == []
    assert [text for text in others if pattern(written).matches(text)] == []


def test_a_glob_takes_braces_as_they_are() -> None:
    assert glob("{a}*").matches("{a}b")
    assert not glob("{a}*").matches("xb")


def test_captures_are_named_in_order() -> None:
    assert captures("/to/{country}/{slug}") == ("country", "slug")


def _as_regex(written: str) -> re.Pattern[str]:
    parts = re.split(r"(\*|\{[a-z]+\})", written)
    translated = (".*" if part == "*" else "[A-Za-z0-9._-]+" if part[:1] == "{" else re.escape(part) for part in parts)
    return re.compile("".join(translated), re.DOTALL)


def _apart(written: str) -> bool:
    """Whether captures stand beside text: beside a star or another capture they have a meaning of their own."""
    return re.search(r"[*}]\{|\}[*{]", written) is None


@settings(max_examples=1000)
@given(
    st.lists(st.sampled_from(["a", "b", "/", "*", "{s}", "."]), max_size=7).map("".join).filter(_apart),
    st.text("ab/.\n", max_size=12),
)
def test_a_pattern_means_the_regular_expression_that_one_would_write(written: str, text: str) -> None:
    assert pattern(written).matches(text) is (_as_regex(written).fullmatch(text) is not None)


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("/" + "*a" * 200 + "*b", "/" + "a" * 8190),
        ("/" + "*ab" * 200 + "*c", "/" + "ab" * 4095),
        ("/*" + "a" * 90 + "b*c", "/" + "a" * 8190),
        ("/{a}-{b}-{c}-{d}-{e}/x", "/" + "-" * 8190),
        ("/{a}*{b}*{c}*{d}!", "/" + "a" * 8190),
        ("*a{x}/{y}!*", "a" * 4095 + "/" + "b" * 4095),
        ("*/{x}/x*", "/" * 8190),
        ("*a{x}/*", "a" * 8190),
        ("*a{x}b{y}c{z}/*", "ab" * 4095),
        ("*{a}-{b}x*", "/" + "-" * 7800),
        ("*{a}-{b}x*", "/a-" * 2600),
        ("*{a}-{b}-{c}-{d}x*", "/" + "-" * 7800),
        ("*{a}-{b}-{c}-{d}x*", "/" + "a-" * 3900),
        ("*a{a}/{b}/{c}/{d}x*", "a" * 2000 + "/" + "b" * 2000 + "/" + "c" * 2000 + "/" + "d" * 1800),
    ],
)
def test_a_hostile_path_is_given_up_after_some_tries_however_long_it_is(written: str, text: str) -> None:
    compiled = pattern(written)
    assert not compiled.matches(text)
    parts = len(re.findall(r"[*{]", written)) + 1
    assert lines(lambda: compiled.matches(text)) < 25 * parts * TRIES


def test_a_piece_between_stars_is_found_behind_a_long_word_that_is_none() -> None:
    assert pattern("*{a}-{b}x*").capture(f"/{'long-category-name' * 9}/foo-ox") == {"a": "foo", "b": "o"}
    assert pattern("*a{b}/c*").capture(f"/{'a' * 90}/{'a' * 90}/c") == {"b": "a" * 89}


def test_a_slug_is_what_the_product_says() -> None:
    assert set("azAZ09._-") < SLUG
    assert not set("/%~ é") & SLUG


@pytest.mark.parametrize(
    ("written", "text", "caught"),
    [
        ("/to/{slug}", "/to/oslo", {"slug": "oslo"}),
        ("/to/{country}/{city}.html", "/to/no/oslo.html", {"country": "no", "city": "oslo"}),
        ("/{a}-{b}", "/x-y-z", {"a": "x", "b": "y-z"}),  # as little as it can, from the left
        ("/to/{slug}*", "/to/oslo/hotels", {"slug": "oslo"}),  # beside a star, all that there is
        ("*/{slug}", "/a/b/c", {"slug": "c"}),
        ("*{page}.html", "/shop/blue-boots.html", {"page": "blue-boots"}),
        ("/*/product/{id}/*", "/de/x/product/42/reviews", {"id": "42"}),
        ("/shop/*", "/shop/boots", {}),
        ("/to/{slug}", "/to/oslo/hotels", None),
        ("/to/{slug}/*", "/to//x", None),
    ],
)
def test_captures_hold_what_stands_in_their_place(written: str, text: str, caught: dict[str, str] | None) -> None:
    found = pattern(written).capture(text)
    assert (None if found is None else dict(found)) == caught


@settings(max_examples=500)
@given(
    st.lists(st.sampled_from(["a", "b", "/", "*", "{s}", "."]), max_size=7).map("".join).filter(_apart),
    st.text("ab/.", max_size=12),
)
def test_what_is_caught_put_back_gives_a_text_of_the_pattern(written: str, text: str) -> None:
    names = iter("klmnopq")
    written = re.sub(r"\{s\}", lambda _: f"{{{next(names)}}}", written)
    found = pattern(written).capture(text)
    if found is not None:
        assert all(set(value) <= SLUG and value for value in found.values())
        assert glob(re.sub(r"\{(\w)\}", lambda name: found[name[1]], written)).matches(text)


def test_a_path_with_a_capture_is_the_same_work_however_long_it_is() -> None:
    route, short, long = pattern("/to/{slug}"), "/to/a", "/to/" + "a" * 8187
    assert route.matches(long)
    assert lines(lambda: route.matches(long)) == lines(lambda: route.matches(short))
