from __future__ import annotations

import pytest

from rules.scan import attributes, scan


def tags(page: bytes) -> list[bytes]:
    return [page[tag.start : tag.end] for tag in scan(page)]


@pytest.mark.parametrize(
    ("why", "page", "found"),
    [
        ("a > in quotes does not end a tag", b"<a t=\"1>2\" u='3>4'>", [b"<a t=\"1>2\" u='3>4'>"]),
        ("a quote outside of a value is a letter", b"<a b\">c", [b'<a b">']),
        ("an equals sign may have spaces around it", b'<a b = ">">', [b'<a b = ">">']),
        ("an unquoted value takes a slash along", b"<a b=/c/>", [b"<a b=/c/>"]),
        ("an equals sign may begin a name", b'<a =">">">', [b'<a =">']),
        ("a value may be missing", b"<a b=><c>", [b"<a b=>", b"<c>"]),
        ("an end tag may have attributes", b'</a b=">">', [b'</a b=">">']),
        ("a tag that never ends is no tag", b'<b><a b="<c>', [b"<b>"]),
        ("a comment hides tags", b"<!-- <a> --><b>", [b"<b>"]),
        ("a comment may end at once", b"<!--><b>", [b"<b>"]),
        ("a comment may end with one dash", b"<!---><b>", [b"<b>"]),
        ("a comment may end with a bang", b"<!--<a>--!><b>", [b"<b>"]),
        ("a comment that never ends hides the rest", b"<a><!-- <b>", [b"<a>"]),
        ("a doctype ends at the first >", b'<!doctype html "a>b"><i>', [b"<i>"]),
        ("a processing instruction is a comment", b"<?xml <a> ?><b>", [b"<b>"]),
        ("an empty end tag is nothing", b"</><b>", [b"<b>"]),
        ("an end tag with a space in front is a comment", b"</ a><b>", [b"<b>"]),
        ("a lone < is text", b"1 < 2 <b>", [b"<b>"]),
        ("a script hides tags", b"<script>'<b>'</script>", [b"<script>", b"</script>"]),
        ("a script's comment hides the end of a script in it", b"<script><!--<script></script>--></script><b>",
         [b"<script>", b"</script>", b"<b>"]),
        ("a script's comment alone hides nothing", b"<script><!--</script><b>", [b"<script>", b"</script>", b"<b>"]),
        ("a script's comment may end at once", b"<script><!--><script></script><b>",
         [b"<script>", b"</script>", b"<b>"]),
        ("a title is text", b"<title><b></title><i>", [b"<title>", b"</title>", b"<i>"]),
        ("a textarea is text", b"<textarea></div></TEXTAREA >", [b"<textarea>", b"</TEXTAREA >"]),
        ("a longer name does not end a style", b"<style></styles></style>", [b"<style>", b"</style>"]),
        ("an iframe is text", b"<iframe><p></iframe>", [b"<iframe>", b"</iframe>"]),
        ("plaintext has no end", b"<plaintext></plaintext><b>", [b"<plaintext>"]),
        ("a text element that never ends hides the rest", b"<xmp><b>", [b"<xmp>"]),
        ("CDATA hides tags in svg", b"<svg><![CDATA[<b>]]></svg>", [b"<svg>", b"</svg>"]),
        ("CDATA is a comment in HTML", b"<![CDATA[<b>]]><i>", [b"<i>"]),
        ("CDATA is a comment where svg allows HTML", b"<svg><desc><![CDATA[<b>]]><i>", [b"<svg>", b"<desc>", b"<i>"]),
        ("a title in svg is no text element", b"<svg><title><b></title></svg>",
         [b"<svg>", b"<title>", b"<b>", b"</title>", b"</svg>"]),
        ("a p in svg ends the svg", b"<svg><p><title><b></title>", [b"<svg>", b"<p>", b"<title>", b"</title>"]),
    ],
)  # fmt: skip
def test_a_tag_is_what_the_standard_says(why: str, page: bytes, found: list[bytes]) -> None:
    assert tags(page) == found, why


def test_names_are_in_lower_case_and_end_tags_are_told_apart() -> None:
    opening, closing = scan(b"<DiV></dIv>")
    assert (opening.name, opening.closing, closing.name, closing.closing) == (b"div", False, b"div", True)


def test_attributes_come_in_order_with_their_repetitions() -> None:
    tag = b"<a HREF=x href='y' hidden Title = \"z\"/>"
    assert [(a.name, tag[a.value : a.end]) for a in attributes(tag)] == [
        (b"href", b"x"),
        (b"href", b"'y'"),
        (b"hidden", b""),
        (b"title", b'"z"'),
    ]


@pytest.mark.parametrize(
    "piece",
    [b"<", b"<div>", b"<a ", b'<a b="', b"<a b='", b"<!--", b"<!-", b"</", b"<a/", b"<a b =", b"<script><!--<script>",
     b"<title>", b"<svg>", b"<svg><desc>", b"<![CDATA[", b"<svg><![CDATA[", b"<a b ", b"</script", b"<x></y>"],
)  # fmt: skip
def test_a_hostile_page_is_read_once(piece: bytes) -> None:
    # a scanner that looks back at each of these pieces would take minutes for them all
    assert sum(1 for _ in scan(piece * 200_000)) <= 400_000


def test_a_million_angle_brackets_hold_no_tag() -> None:
    assert tags(b"<" * 1_000_000) == []


def test_sixty_thousand_nested_elements_are_sixty_thousand_tags() -> None:
    assert sum(1 for _ in scan(b"<div>" * 60_000)) == 60_000
