"""Whether a page of this site has sent a request."""

from __future__ import annotations

import pytest

from edge.web.request import Request
from edge.web.sender import from_here


@pytest.mark.parametrize(
    ("fields", "here"),
    [
        ({}, True),
        ({b"sec-fetch-site": b"same-origin"}, True),
        ({b"sec-fetch-site": b"none"}, True),
        ({b"sec-fetch-site": b"same-site"}, False),
        ({b"sec-fetch-site": b"cross-site"}, False),
        ({b"sec-fetch-site": b"cross-site", b"origin": b"https://shop.example"}, False),
        ({b"origin": b"https://shop.example"}, True),
        ({b"origin": b"https://SHOP.example"}, True),
        ({b"origin": b"https://evil.example"}, False),
        ({b"origin": b"https://shop.example.evil.example"}, False),
        ({b"origin": b"null"}, False),
        ({b"origin": b"https://www.example", b"x-forwarded-host": b"www.example, inner"}, True),
    ],
)
def test_other_sites_do_not_act_for_their_visitors(fields: dict[bytes, bytes], here: bool) -> None:
    known = {b"host": b"shop.example", **fields}
    assert from_here(Request("POST", "https", "shop.example", "/", b"/", b"", tuple(known.items()), known)) is here
