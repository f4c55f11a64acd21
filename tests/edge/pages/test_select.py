from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.pages.charset import UTF_8
from edge.pages.select import Search, Target
from edge.pages.steps import Steps, TooSlowError
from edge.pages.tree import every, parse


def search(page: bytes, steps: int = 10_000_000) -> Search:
    return Search(parse(page, UTF_8), len(page), Steps(steps))


def names(page: str, selector: str) -> list[str]:
    return [node.attrs["id"] or "" for node in search(page.encode()).every(selector)]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("main p", ["a", "b", "c"]),
        ("main > p", ["a"]),
        ("p + p", ["c"]),
        ("#a ~ i", ["i"]),
        ("#a + div > p", ["b", "c"]),
        ("i, #a", ["a", "i"]),
        ("div p:not(#b)", ["c"]),
        ("div main p", []),
        ("div:has(#c) + i", ["i"]),
    ],
)
def test_a_selector_means_what_css_says(selector: str, found: list[str]) -> None:
    page = "<main><p id=a>1</p>t<div id=d><p id=b>2</p><!----><p id=c>3</p></div><i id=i></i></main>"
    assert names(page, selector) == found


NAMES = st.sampled_from(["div", "b", "i", "p.x", "*", ".x", ".y", "i:first-child", "b:nth-child(2)"])
CHAINS = st.lists(st.tuples(NAMES, st.sampled_from([" ", ">", "+", "~"])), min_size=1, max_size=4).map(
    lambda parts: "".join(name + combinator for name, combinator in parts[:-1]) + parts[-1][0]
)
PAGES = st.recursive(
    st.sampled_from(["t", "<!---->", ""]),
    lambda inside: st.builds(
        lambda name, kind, content: f"<{name} class={kind}>{''.join(content)}</{name}>",
        st.sampled_from(["div", "b", "i", "section"]),
        st.sampled_from("xyz"),
        st.lists(inside, max_size=4),
    ),
    max_leaves=25,
)


@settings(max_examples=200, deadline=None)
@given(page=PAGES, selector=CHAINS)
def test_the_same_elements_are_found_as_by_the_parser(page: str, selector: str) -> None:
    found = search(page.encode())
    assert [node.mem_id for node in found.every(selector)] == [node.mem_id for node in every(found.tree, selector)]


@pytest.mark.parametrize(
    "selector", ["x * * * * * div", "x * > * * > * div", "x div ~ div", "div:has(x)", "div:is(x div)"]
)
def test_on_a_page_that_is_deep_a_selector_is_found_or_given_up_soon(selector: str) -> None:
    page = (b"<div>" * 400 + b"x" + b"</div>" * 400) * 20
    with suppress(TooSlowError):
        assert search(page, 50_000_000).first(selector) is None


@pytest.mark.parametrize("selector", ["i ~ b", "i ~ * ~ b", "i ~ b ~ b ~ b", "i b ~ b ~ b"])
def test_among_very_many_siblings_each_is_passed_once(selector: str) -> None:
    assert search(b"<p><i></i></p>" + b"<b>x</b>" * 5_000, 5_000_000).first(selector) is None


@pytest.mark.parametrize("selector", ["b:nth-child(99999)", "b:has(~ x)", "b:nth-last-of-type(9999)"])
def test_what_counts_siblings_is_given_up_where_there_are_very_many(selector: str) -> None:
    with pytest.raises(TooSlowError):
        search(b"<p><i></i></p>" + b"<b>x</b>" * 20_000, 100_000_000).first(selector)


def test_a_selector_that_is_too_much_leaves_the_others_what_they_need() -> None:
    found = search(b"<b>x</b>" * 20_000 + b"<p id=x>", 100_000_000)
    with pytest.raises(TooSlowError):
        found.first("b:nth-child(99999)")
    assert found.first("#x") is not None


def test_a_child_is_told_by_its_number() -> None:
    page = search(b"<ul>a<li>1</li><!-- --><li>2</li></ul>")
    second, third = Target("ul", 1).element(page), Target("ul", 2).element(page)
    assert (second.text() if second else "", third) == ("2", None)


@pytest.mark.parametrize("selector", ["", "a,", "p[", "> p", "p:unknown(", "("])
def test_what_is_no_selector_raises(selector: str) -> None:
    with pytest.raises(ValueError, match=r"^"):  # whoever asks knows the selector
        search(b"<p>").first(selector)
