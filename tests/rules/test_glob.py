from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.glob import SLUG, captures, glob, pattern


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


@settings(max_examples=400)
@given(
    st.lists(st.sampled_from(["a", "b", "/", "*", "{s}", "."]), max_size=6).map("".join),
    st.text("ab/.\n", max_size=8),
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
    ],
)
def test_a_hostile_path_takes_milliseconds(written: str, text: str) -> None:
    compiled = pattern(written)
    started = process_time()
    for _ in range(10):
        assert not compiled.matches(text)
    assert (process_time() - started) / 10 < 0.05


def test_a_slug_is_what_the_product_says() -> None:
    assert set("azAZ09._-") < SLUG
    assert not set("/%~ é") & SLUG
