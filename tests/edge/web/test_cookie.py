from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.web import cookie


def read(*values: bytes) -> cookie.Stored:
    return cookie.read(tuple((b"cookie", value) for value in values))


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (b"windsock=0", 0),
        (b"windsock=4095", 4095),
        (b"a=1; windsock=17; b=2", 17),
        (b"windsock=off", "off"),
        (b"windsock=4096", None),
        (b"windsock=-1", None),
        (b"windsock=017", None),
        (b"windsock=1e3", None),
        (b"windsock=\xd9\xa1", None),
        (b"windsock=", None),
        (b"windsock", None),
        (b"xwindsock=7", None),
        (b"windsock=3; windsock=4", None),
        (b"windsock=3; windsock=3", 3),
        (b"", None),
    ],
)
def test_an_invalid_bucket_counts_as_absent(value: bytes, stored: cookie.Stored) -> None:
    assert read(value) == stored


def test_a_bucket_is_found_in_any_cookie_field() -> None:
    assert read(b"a=1", b"windsock=9") == 9


@pytest.mark.parametrize(
    ("value", "rest"),
    [
        (b"windsock=7", None),
        (b"a=1; windsock=7", b"a=1"),
        (b"windsock=7;a=1", b"a=1"),
        (b"windsock-session=3r", None),
        (b"windsock-session=3r; a=1; windsock=7", b"a=1"),
        (b"a=windsock=7", b"a=windsock=7"),
        (b"a=1;  b=2;windsockx=3", b"a=1;  b=2;windsockx=3"),
    ],
)
def test_our_cookie_is_taken_out_and_others_keep_their_bytes(value: bytes, rest: bytes | None) -> None:
    assert cookie.stripped(((b"cookie", value), (b"x", b"1"))) == (
        *(((b"cookie", rest),) if rest is not None else ()),
        (b"x", b"1"),
    )


@given(st.binary(max_size=60))
def test_whatever_a_visitor_sends_our_cookie_never_remains(value: bytes) -> None:
    left = cookie.stripped(((b"cookie", b"windsock=7;" + value),))
    assert read(*(value for _, value in left)) is None


def test_a_fresh_bucket_is_secure_on_https_only() -> None:
    assert cookie.fresh(5, secure=False) == (
        b"set-cookie",
        b"windsock=5; Path=/; HttpOnly; SameSite=Lax; Max-Age=34128000",
    )
    assert cookie.fresh(5, secure=True)[1].endswith(b"; Secure")


def test_a_session_ends_with_the_browser_s() -> None:
    assert cookie.session(b"3r", secure=True) == (
        b"set-cookie",
        b"windsock-session=3r; Path=/; HttpOnly; SameSite=Lax; Secure",
    )
