from __future__ import annotations

import pytest

from edge.pages.weigh import TAGS, too_heavy
from rules.scan import scan


@pytest.mark.parametrize(
    ("why", "page"),
    [
        ("a plain page", b"<html><body><p>text</p></body></html>"),
        ("list items without end tags follow each other", b"<ul>" + b"<li>a" * 5_000),
        ("so do paragraphs", b"<p>a" * 5_000),
        ("and cells", b"<table>" + b"<tr><td>a<td>b" * 2_000),
        ("and terms", b"<dl>" + b"<dt>a<dd>b" * 2_000),
        ("and anchors", b"<a name=x>" * 2_000),
        ("void elements have no content", b"<br>" * 5_000),
        ("a few forgotten elements are common", b"<p><b>a</p>" * 20 + b"<p>text</p>" * 5_000),
        ("as deep as browsers go", b"<div>" * 512),
    ],
)
def test_an_ordinary_page_is_not_too_heavy(why: str, page: bytes) -> None:
    assert too_heavy(page, tuple(scan(page))) is None, why


@pytest.mark.parametrize(
    ("why", "page"),
    [
        ("deeper than browsers go", b"<div>" * 513),
        ("very deep", b"<div>" * 60_000),
        ("deep in formatting", b"<b>" * 600),
        ("end tags that end nothing", b"<div></x>" * 600),
        ("end tags that do not reach their element", b"<div><table><td></div></table>" * 600),
        ("an end tag that leaves what is inside open", b"<span><div></span></div>" * 1_000 + b"<div>" * 513),
        ("forgotten elements that come back in each paragraph",
         b"<p>" + b"".join(b"<b a=%d>" % n for n in range(300)) + b"</p>" + b"<p>x" * 20_000),
        ("forgotten elements that become more", b"<p><b></p>" * 3_000),
    ],
)  # fmt: skip
def test_a_page_that_would_bring_a_parser_down_is_too_deep(why: str, page: bytes) -> None:
    assert too_heavy(page, tuple(scan(page))) == "too-deep", why


@pytest.mark.parametrize(
    ("why", "page"),
    [
        ("one tag of very many attributes", b"<p " + b" ".join(b"a%d" % n for n in range(2_000)) + b">"),
        ("the same attribute very often", b"<p " + b"a=b " * 2_000 + b">"),
        ("very many bodies that lend their attributes", b"".join(b"<body a%d=1>" % n for n in range(2_000))),
        ("very many tags of many attributes", (b"<p " + b" ".join(b"a%d" % n for n in range(500)) + b">") * 100),
    ],
)
def test_a_page_of_too_many_attributes_is_too_large(why: str, page: bytes) -> None:
    assert too_heavy(page, tuple(scan(page))) == "too-large", why


def test_a_long_picture_in_an_attribute_is_one_attribute() -> None:
    page = b'<img alt="" src="data:image/png;base64,' + b"a b=" * 50_000 + b'">'
    assert too_heavy(page, tuple(scan(page))) is None


def test_a_page_of_too_many_tags_is_too_large() -> None:
    page = b"<br>" * (TAGS + 1)
    assert too_heavy(page, tuple(scan(page))) == "too-large"
