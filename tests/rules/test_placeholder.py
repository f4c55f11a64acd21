from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.placeholder import named, placed, placed_value, spots, text_spots, value_spots


@pytest.mark.parametrize(
    ("markup", "kind"),
    [
        ("<p>{slug}</p>", "text"),
        ("{place.name}", "text"),
        ("<!-- a -->{slug}", "text"),
        ("<title>{slug}</title>", "text"),
        ("<textarea>{slug}</textarea>", "text"),
        ("<p>1 < 2 {slug}</p>", "text"),
        ('<img alt="{slug}">', "attribute"),
        ("<img alt='a {near.name} b'>", "attribute"),
        ('<p aria-label="{slug}">', "attribute"),
        ('<p data-place="{slug}">', "attribute"),
        ('<a href="/to/{slug}">', "address"),
        ('<a href="/{slug}">', "address"),
        ('<a href="?q={slug}">', "address"),
        ('<a href="?a=1&amp;q={slug}">', "address"),
        ('<a href="#{slug}">', "address"),
        ('<a href="../{slug}">', "address"),
        ('<img src="img/{slug}.jpg">', "address"),
        ('<img src="https://cdn.example/{slug}.jpg">', "address"),
        ('<img src="//cdn.example/{slug}.jpg">', "address"),
        ('<img srcset="/a/{slug}.jpg 1x, /b/{slug}.jpg 2x">', "address"),
    ],
)
def test_a_placeholder_may_stand_in_texts_and_in_addresses_that_lead_somewhere(markup: str, kind: str) -> None:
    assert placed(markup) == ()
    assert {spot.kind for spot in spots(markup)} == {kind}


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ("<script>x = '{slug}'</script>", "inside `<script>`"),
        ("<style>.{slug} {}</style>", "inside `<style>`"),
        ("<svg><style>{slug}</style></svg>", "inside `<style>`"),
        ("<noscript>{slug}</noscript>", "inside `<noscript>`"),
        ("<template><p>{slug}</p></template>", "inside `<template>`"),
        ("<iframe>{slug}</iframe>", "inside `<iframe>`"),
        ("<!-- {slug} -->", "comment"),
        ("<!--> {slug} -->", "comment"),
        ("<?{slug}?>", "comment"),
        ("<![CDATA[{slug}]]>", "comment"),
        ("<p title='{slug}", "broken tag"),
        ("<p title={slug}>", "without quotes"),
        ("<a href=/to/{slug}>", "without quotes"),
        ("<{slug}>", "part of what stands before"),
        ("</{slug}>", "comment"),
        ("&{slug};", "part of what stands before"),
        ("<p title='&#{slug};'>", "part of what stands before"),
        ("<p {slug}>", "tag itself"),
        ("<p{slug}>", "tag itself"),
        ("<p {slug}='a'>", "tag itself"),
        ("</p {slug}>", "tag itself"),
        ("<p style='color: {slug}'>", "`style`"),
        ("<p onclick='go(\"{slug}\")'>", "program"),
        ("<p @click='{slug}'>", "program"),
        ("<p v-html='{slug}'>", "program"),
        ("<p data-on-click='{slug}'>", "`data-on-click`"),
        ("<iframe srcdoc='{slug}'>", "`srcdoc`"),
        ("<a target='{slug}'>", "`target`"),
        ("<script src='/{slug}.js'></script>", "`<script>`"),
        ("<base href='/{slug}/'>", "`<base>`"),
        ("<svg><set to='/{slug}'></svg>", "`<set>`"),
        ("<meta http-equiv='refresh' content='1; /{slug}'>", "`<meta>`"),
        ("<a href='{slug}'>", "any site"),
        ("<a href='//{slug}/'>", "any site"),
        ("<a href='/\\{slug}'>", "any site"),
        ("<a href='/\t/{slug}'>", "any site"),
        ("<a href=' {slug}'>", "any site"),
        ("<a href='https://{slug}/'>", "any site"),
        ("<a href='https://shop.example{slug}/'>", "any site"),
        ("<a href='https://me@{slug}/'>", "any site"),
        ("<a href='javascript:go(\"{slug}\")'>", "any site"),
        ("<a href='java&#115;cript:go({slug})'>", "any site"),
        ("<a href='data:text/html,{slug}'>", "any site"),
        ("<form action='{slug}'>", "any site"),
        ("<img srcset='/a.jpg 1x, {slug} 2x'>", "any site"),
    ],
)
def test_a_placeholder_that_could_break_out_is_refused_for_a_reason(markup: str, why: str) -> None:
    assert any(why in mistake.message for mistake in placed(markup)), placed(markup)


def test_braces_around_anything_else_are_braces() -> None:
    assert named("{Slug} {a b} {} {a:b} {place.} {other.name} {{") == ()
    assert placed("<style>a{color:red}</style>") == ()


def test_only_names_that_are_known_are_placeholders_where_they_are_told() -> None:
    assert placed("<script>const {a} = b</script>", names=("slug",)) == ()
    assert [spot.name for spot in spots("{a} {slug}", names=("slug",))] == ["slug"]


def test_names_are_told_once_and_in_order() -> None:
    assert named("{b} {a} {place.name} {b}") == ("b", "a", "place.name")


def test_the_mistake_stands_where_the_file_says() -> None:
    (mistake,) = placed("<script>{slug}</script>", path=("variants", "a", "html"))
    assert mistake.at == ("variants", "a", "html")
    assert mistake.message.startswith("`{slug}`")
    assert mistake.hint


@pytest.mark.parametrize(
    ("attribute", "value", "fine"),
    [
        ("alt", "{slug}", True),
        ("src", "/img/{slug}.jpg", True),
        ("SRC", "{slug}.jpg", False),
        ("onclick", "{slug}", False),
        ("style", "{slug}", False),
    ],
)
def test_the_value_of_an_attribute_that_is_set_has_the_same_rules(attribute: str, value: str, fine: bool) -> None:
    assert (placed_value(attribute, value) == ()) is fine


def test_a_plain_text_may_hold_placeholders_anywhere() -> None:
    assert [(spot.start, spot.end, spot.kind) for spot in text_spots("<!-- {slug} -->", ("slug",))] == [(5, 11, "text")]


def test_the_place_in_markup_is_counted_in_bytes_and_in_a_value_in_characters() -> None:
    assert spots("é{slug}")[0].start == 2
    assert value_spots("alt", "é{slug}")[0].start == 1


@given(st.text("<>/!-ab \"'=&{}", max_size=40).map(lambda text: text.replace("{", "{slug}")))
def test_any_markup_has_an_answer(markup: str) -> None:
    assert len(spots(markup)) == markup.count("{slug}")
