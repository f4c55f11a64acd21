"""The page that is measured."""

from __future__ import annotations

import zlib

from loadtest.bench.page import SIZE, page


def test_the_page_is_20_kb_and_always_the_same() -> None:
    assert len(page()) == SIZE == 20 * 1024
    assert page() == page()


def test_the_page_compresses_like_a_shops() -> None:
    assert 3_000 < len(zlib.compress(page(), 6)) < 6_000


def test_the_page_has_the_slots_of_the_personal_one() -> None:
    for slot in (b'id="banner"', b'id="hero"', b'id="picks"'):
        assert page().count(slot) == 1
