"""What becomes of each slot, in words."""

from __future__ import annotations

import pytest

from edge.context import Context
from edge.decisions.becomes import LONGEST, becomes, lines, taken
from rules.draw import seats
from rules.values import BUCKETS, Delivery, Experience, Form, Variant
from rules.where import Where
from rules.window import Window

HERE = Context({}, "/to/bergen", "shop.example", {}, 0.0)
VALUES = {"slug": "bergen", "place.name": "Bergen & omegn"}


def experience(delivery: Delivery = "page") -> Experience:
    return Experience(
        "x", "content", delivery, ("#a",), Where(), Window(), {}, "usual", (), 0, BUCKETS, True,
        seats("", 0, BUCKETS, ranked=False), "x.yaml",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("form", "change"),
    [
        (Form("text", "It rains in {place.name}"), '"It rains in Bergen & omegn"'),
        (Form("replace", "<p>\n  {place.name}\n</p>"), "<p> Bergen &amp; omegn </p>"),
        (Form("replace", '<a href="/to/{place.name}">é {slug}</a>'), '<a href="/to/Bergen%20%26%20omegn">é bergen</a>'),
        (Form("before", "<p>Hei</p>"), "before it <p>Hei</p>"),
        (Form("after", "<p>Hei</p>"), "behind it <p>Hei</p>"),
        (Form("remove"), "removed"),
        (Form("order", order=("#new", "#old")), "#new, #old come first, in this order"),
        (Form("set", attributes=(("src", "/art/{slug}-dark.jpg"),)), "src=/art/bergen-dark.jpg"),
        (Form("set", attributes=(("src", "/art/{place.name}.jpg"),)), "src=/art/Bergen%20%26%20omegn.jpg"),
        (
            Form("set", attributes=(("alt", "In {place.name}"), ("hidden", None))),
            'alt="In Bergen & omegn", without hidden',
        ),
        (Form("text", "{other} stays"), '"{other} stays"'),
    ],
)
def test_each_form_has_its_words_and_its_values(form: Form, change: str) -> None:
    assert becomes(experience(), Variant("v", (("#a", form),)), VALUES, HERE) == {"#a": change}


def test_each_slot_has_its_own() -> None:
    variant = Variant("v", (("#a", Form("text", "A")), ("#b", Form("remove"))))
    assert list(lines(experience(), variant, {}, HERE)) == ['#a: "A"', "#b: removed"]


@pytest.mark.parametrize(
    ("delivery", "variant", "line"),
    [
        ("header", Variant("v", headers=(("X-Nav", "wide"), ("X-B", "1"))), "header to the site: X-Nav: wide, X-B: 1"),
        ("header", Variant("v"), "no header of its own goes to the site"),
        ("path", Variant("v", target="/home-b"), "the site is asked for: /home-b"),
        ("path", Variant("v"), "the site is asked for this page"),
        ("redirect", Variant("v", target="/de/"), "the visitor is sent to: /de/"),
        ("redirect", Variant("v", target="/to/bergen"), "the visitor is sent to: /to/bergen, which is this very page"),
        ("redirect", Variant("v"), "the visitor stays on this page"),
        ("page", Variant("v"), "#a: left as the page has it"),
    ],
)
def test_what_is_not_in_the_page_itself_has_its_words(delivery: Delivery, variant: Variant, line: str) -> None:
    assert list(lines(experience(delivery), variant, {}, HERE)) == [line]


def test_people_read_the_beginning_of_long_markup_and_programs_all_of_it() -> None:
    variant = Variant("v", (("#a", Form("replace", "<p>" + "long " * 100 + "</p>")),))
    (line,) = lines(experience(), variant, {}, HERE)
    assert len(line) == len("#a: ") + LONGEST
    assert line.endswith("…")
    assert becomes(experience(), variant, {}, HERE)["#a"].endswith("</p>")


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        ("replace", "text", True), ("set", "replace", True), ("remove", "remove", True), ("set", "set", True),
        ("text", "order", True), ("before", "before", False), ("before", "replace", False), ("set", "text", False),
    ],
)  # fmt: skip
def test_the_second_is_hidden_where_the_first_leaves_nothing_of_the_slot(one: str, other: str, clash: bool) -> None:
    shown = [(name, Variant("v", (("#a", Form(kind)),))) for name, kind in (("one", one), ("other", other))]  # type: ignore[arg-type]  # as data
    assert taken(shown) == ({"other": "one"} if clash else {})
