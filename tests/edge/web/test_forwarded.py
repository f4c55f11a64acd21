from __future__ import annotations

import pytest

from edge.web.forwarded import element, elements, parameter


def test_elements_are_split_at_commas_outside_of_quotes_over_all_fields() -> None:
    headers = ((b"forwarded", b'for=a, for="b,c";by="x\\",y"'), (b"x", b"y"), (b"forwarded", b" , for=d"))
    assert elements(headers) == [b"for=a", b'for="b,c";by="x\\",y"', b"for=d"]


@pytest.mark.parametrize(
    ("written", "name", "value"),
    [
        (b"for=192.0.2.1;proto=https", b"for", b"192.0.2.1"),
        (b"FOR=192.0.2.1; Proto=https", b"proto", b"https"),
        (b'for="[2001:db8::1]:443"', b"for", b"[2001:db8::1]:443"),
        (b'host="a\\"b"', b"host", b'a"b'),
        (b"for=a", b"proto", b""),
        (b"rubbish;for=a", b"for", b""),
        (b'for="open', b"for", b""),
        (b"", b"for", b""),
    ],
)
def test_a_parameter_is_found_by_its_name_in_any_case(written: bytes, name: bytes, value: bytes) -> None:
    assert parameter(written, name) == value


def test_an_element_of_ours_quotes_what_holds_a_colon() -> None:
    assert element("192.0.2.1", "http", b"a") == b"for=192.0.2.1;host=a;proto=http"
    assert element("2001:db8::1", "https", b"a:1") == b'for="[2001:db8::1]";host="a:1";proto=https'
    assert parameter(element("::1", "https", b"[::2]:1"), b"host") == b"[::2]:1"


def test_hostile_lengths_are_read_in_linear_time() -> None:
    for hostile in (b'"' + b"\\" * 30_000, b"a=" * 15_000, b'for="' + b"," * 30_000, b"=;" * 15_000):
        for each in elements(((b"forwarded", hostile),)):
            assert parameter(each, b"nothing") == b""
