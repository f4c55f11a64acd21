from __future__ import annotations

import gzip
import zlib

import pytest

from edge.pages.body import decode, encode_gzip
from edge.pages.values import Untouched

PAGE = b"<p>page</p>" * 100
MEGABYTE = 1024 * 1024


@pytest.mark.parametrize("coding", ["", "identity", " Identity "])
def test_a_plain_body_is_the_page(coding: str) -> None:
    assert decode(PAGE, coding, 10_000) is PAGE


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP"])
def test_a_gzip_body_holds_the_page(coding: str) -> None:
    assert decode(gzip.compress(PAGE), coding, 10_000) == PAGE


def test_a_gzip_body_may_have_several_members() -> None:
    assert decode(gzip.compress(PAGE) + gzip.compress(b"") + gzip.compress(PAGE), "gzip", 10_000) == PAGE + PAGE


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip", "compress"])
def test_other_codings_are_left_alone(coding: str) -> None:
    assert decode(PAGE, coding, 10_000) == Untouched("coding")


@pytest.mark.parametrize(
    ("why", "body"),
    [
        ("nothing at all", b""),
        ("not gzip", PAGE),
        ("cut off", gzip.compress(PAGE)[:-1]),
        ("garbage behind it", gzip.compress(PAGE) + b"garbage"),
        ("zeros behind it", gzip.compress(PAGE) + b"\0\0"),
        ("a wrong checksum", gzip.compress(PAGE)[:-8] + b"\0" * 8),
        ("a second member that is cut off", gzip.compress(PAGE) + gzip.compress(PAGE)[:9]),
        ("zlib instead of gzip", zlib.compress(PAGE)),
    ],
)
def test_a_damaged_body_is_broken(why: str, body: bytes) -> None:
    assert decode(body, "gzip", 10_000) == Untouched("broken"), why


def test_a_page_of_just_the_limit_is_read() -> None:
    assert decode(gzip.compress(PAGE), "gzip", len(PAGE)) == PAGE
    assert decode(PAGE, "identity", len(PAGE)) == PAGE


def test_a_page_over_the_limit_is_too_large() -> None:
    assert decode(gzip.compress(PAGE), "gzip", len(PAGE) - 1) == Untouched("too-large")
    assert decode(PAGE, "identity", len(PAGE) - 1) == Untouched("too-large")


def test_members_count_together() -> None:
    assert decode(gzip.compress(PAGE) * 3, "gzip", len(PAGE) * 3 - 1) == Untouched("too-large")


def test_a_body_of_very_many_members_is_refused() -> None:
    assert decode(gzip.compress(b"") * 100 + gzip.compress(PAGE), "gzip", 10_000) == Untouched("broken")


def test_a_bomb_is_refused_by_its_ratio_before_it_reaches_the_limit() -> None:
    assert decode(gzip.compress(bytes(20 * MEGABYTE)), "gzip", 100 * MEGABYTE) == Untouched("too-large")


def test_up_to_a_megabyte_the_ratio_does_not_matter() -> None:
    assert decode(gzip.compress(bytes(MEGABYTE)), "gzip", 10 * MEGABYTE) == bytes(MEGABYTE)


def test_the_same_page_compresses_to_the_same_bytes() -> None:
    assert encode_gzip(PAGE) == encode_gzip(PAGE)
    assert gzip.decompress(encode_gzip(PAGE)) == PAGE
