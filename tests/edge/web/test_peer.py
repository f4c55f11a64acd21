from __future__ import annotations

from ipaddress import ip_network

import pytest

from edge.web.peer import Trust
from edge.web.request import Headers

TRUST = Trust([ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")])


def forwarded(*values: bytes) -> Headers:
    return tuple((b"x-forwarded-for", value) for value in values)


def test_without_trusted_proxies_the_peer_is_the_client_whatever_it_claims() -> None:
    assert Trust().client("192.0.2.9", forwarded(b"6.6.6.6")) == "192.0.2.9"


@pytest.mark.parametrize(
    ("peer", "claims", "client"),
    [
        ("10.0.0.1", (b"192.0.2.1",), "192.0.2.1"),
        ("10.0.0.1", (b"6.6.6.6, 192.0.2.1, 10.0.0.2",), "192.0.2.1"),
        ("10.0.0.1", (b"6.6.6.6", b"192.0.2.1"), "192.0.2.1"),
        ("10.0.0.1", (b"10.0.0.3, 10.0.0.2",), "10.0.0.3"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("192.0.2.9", (b"6.6.6.6",), "192.0.2.9"),
        ("2001:db8::1", (b"2001:4860::7",), "2001:4860::7"),
        ("::ffff:10.0.0.1", (b"192.0.2.1",), "192.0.2.1"),
        ("10.0.0.1", (b'"[2001:4860::7]:443"',), "2001:4860::7"),
        ("10.0.0.1", (b"192.0.2.1:5000",), "192.0.2.1"),
        ("10.0.0.1", (b"192.0.2.1, rubbish",), ""),
    ],
)
def test_claims_are_read_from_right_to_left_up_to_the_first_untrusted(
    peer: str, claims: tuple[bytes, ...], client: str
) -> None:
    assert TRUST.client(peer, forwarded(*claims)) == client


def test_the_scheme_is_believed_only_from_a_listed_proxy() -> None:
    https = ((b"x-forwarded-proto", b"https"),)
    assert TRUST.scheme("10.0.0.1", https, "http") == "https"
    assert TRUST.scheme("192.0.2.1", https, "http") == "http"
    assert TRUST.scheme("10.0.0.1", ((b"x-forwarded-proto", b"gopher"),), "http") == "http"


def test_the_way_goes_back_to_the_visitor_and_no_further() -> None:
    claims = forwarded(b"6.6.6.6, 192.0.2.1, 10.0.0.2")
    assert TRUST.way("10.0.0.1", claims) == ["192.0.2.1", "10.0.0.2", "10.0.0.1"]
    assert TRUST.way("192.0.2.9", claims) == ["192.0.2.9"]


def test_a_way_without_end_is_not_followed() -> None:
    way = TRUST.way("10.0.0.1", forwarded(b"6.6.6.6," + b",".join([b"10.0.0.2"] * 3000)))
    assert way == [*["10.0.0.2"] * 20, "10.0.0.1"]


def test_what_a_proxy_that_writes_x_forwarded_for_passes_on_as_forwarded_is_its_visitors_claim() -> None:
    headers = (*forwarded(b"192.0.2.1"), (b"forwarded", b"for=9.9.9.9;proto=https;host=evil.example"))
    assert TRUST.way("10.0.0.1", headers) == ["192.0.2.1", "10.0.0.1"]
    assert TRUST.scheme("10.0.0.1", headers, "http") == "http"


@pytest.mark.parametrize(
    ("value", "client", "scheme"),
    [
        (b"for=192.0.2.1;proto=https", "192.0.2.1", "https"),
        (b'for=6.6.6.6, for="[2001:4860::7]:443";proto=https, for=10.0.0.2;proto=http', "2001:4860::7", "http"),
        (b"for=_hidden", "", "http"),
        (b"rubbish", "", "http"),
    ],
)
def test_a_listed_proxy_may_speak_forwarded_instead(value: bytes, client: str, scheme: str) -> None:
    headers = ((b"forwarded", value),)
    assert (TRUST.client("10.0.0.1", headers), TRUST.scheme("10.0.0.1", headers, "http")) == (client, scheme)
    assert (TRUST.client("192.0.2.9", headers), TRUST.scheme("192.0.2.9", headers, "http")) == ("192.0.2.9", "http")
