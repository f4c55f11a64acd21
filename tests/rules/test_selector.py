from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.selector import LONGEST, MOST, chains, costly, laborious


@pytest.mark.parametrize(
    "selector",
    [
        "#hero",
        "main .card > h2",
        "body > div > main > section:nth-child(3) > div:nth-of-type(2) > h1",
        "h2 ~ p + ul li:not(.ad)",
        "li:not(:last-child)",
        "li:not(:has(a))",
        ".card:has(img)",
        ".card:has(> img), .card:has(+ .ad)",
        "article:is(.news .first, .top)",
        'a[href^="/to/"][title="a, b > c"]',
        "a\\:b",
        "[data-x=')'] p",
        ":root",
        "p::before",
    ],
)
def test_an_ordinary_selector_is_not_costly(selector: str) -> None:
    assert costly(selector) is None


@pytest.mark.parametrize(
    ("selector", "why"),
    [
        ("div:has(div:has(aside))", "looks around again"),
        ("div:has(div aside)", "looks around again"),
        ("div:has(~ div ~ aside)", "looks around again"),
        ("div:not(:has(:has(a)))", "looks around again"),
        ("div:is(a b c)", "looks around again"),
        ("div:has(li:nth-child(3))", "looks around again"),
        ("div:not(a b:nth-child(2))", "looks around again"),
        ("li:nth-child(2n of .a)", "counts again"),
        ("p:lexbor-contains('a')", "not something that every browser knows"),
        (":is(:is(:is(:is(:is(a)))))", "brackets"),
        (" ".join("a" * (MOST + 1)), "parts"),
        ("a" * (LONGEST + 1), "longer"),
        ("a:is(", "open"),
        ("a[b='c]", "open"),
        ("a, , b", "open"),
        ("a >", "open"),
        ("a/**/b", "comment"),
    ],
)
def test_a_selector_that_nobody_can_bound_is_costly_for_a_reason(selector: str, why: str) -> None:
    assert why in (costly(selector) or "")


def test_a_selector_falls_apart_at_its_combinators() -> None:
    (first, second) = chains("main  >.card   h2+p, a[b='c > d']")
    assert first.compounds == ("main", ".card", "h2", "p")
    assert first.combinators == (">", " ", "+")
    assert second.compounds == ("a[b='c > d']",)


@pytest.mark.parametrize(
    ("compound", "is_one"),
    [("li:nth-child(2)", True), ("li:has(a)", True), ("li:not(a b)", True), ("li:not(.a)", False), ("li.a", False)],
)
def test_counting_and_looking_around_is_laborious(compound: str, is_one: bool) -> None:
    assert laborious(compound) is is_one


@given(st.text("abc.#*>+~ ,:()[]\"'\\=isnothwere-", max_size=60))
def test_any_text_has_an_answer(text: str) -> None:
    assert costly(text) is None or costly(text)
