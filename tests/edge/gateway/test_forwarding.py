"""Laws of what the origin is told, whatever arrives."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.gateway.forwarding import Forwarding
from edge.web.fields import HOP_BY_HOP, every
from edge.web.host import Hosts
from edge.web.peer import Trust

Fields = list[tuple[bytes, bytes]]

LISTED = Trust([ip_network("10.0.0.0/8")])
HOST = (b"host", b"site.example")
CLAIMS = (b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded", b"via", b"x-real-ip")


def told(*fields: tuple[bytes, bytes], peer: str = "192.0.2.1", trust: Trust = LISTED, **changes: Any) -> Fields:
    """What the origin gets when these fields come from that peer."""
    hosts = Hosts(["site.example", "shop.example"])
    scope = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "http_version": "1.1",
        "client": (peer, "1"),
        "headers": [HOST, *fields],
    }
    forwarded = Forwarding(trust, hosts=hosts).fields({**scope, **changes}, b"origin.example")
    assert forwarded is not None
    return forwarded


def one(fields: Fields, name: bytes) -> bytes | None:
    values = [value for key, value in fields if key == name]
    assert len(values) <= 1
    return values[0] if values else None


NAMES = st.sampled_from([*CLAIMS, *HOP_BY_HOP, b"x-a", b"cookie", b"accept", b"expect", b"x-forwarded-port"])
FIELDS = st.lists(st.tuples(NAMES, st.from_regex(rb"[ -~]{0,20}", fullmatch=True)), max_size=12)


@settings(max_examples=200, deadline=None)
@given(FIELDS, st.sampled_from(["192.0.2.1", "10.0.0.1", "2001:db8::1"]))
def test_one_fact_of_each_kind_and_nothing_of_the_visitors_connection(
    came: list[tuple[bytes, bytes]], peer: str
) -> None:
    out = told(*came, peer=peer)
    names = [name for name, _ in out]
    assert not set(names) & HOP_BY_HOP
    assert all(names.count(name) == 1 for name in (b"host", b"via", b"x-forwarded-for", b"x-forwarded-proto"))
    assert every(out, b"via")[-1] == b"1.1 windsock"
    assert every(out, b"x-forwarded-for")[-1] == peer.encode()


@settings(max_examples=100, deadline=None)
@given(FIELDS)
def test_a_stranger_cannot_change_a_fact(came: list[tuple[bytes, bytes]]) -> None:
    facts = [(name, one(told(*came), name)) for name in CLAIMS if name != b"via"]
    assert facts == [(name, one(told(), name)) for name in CLAIMS if name != b"via"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([b"x-a", b"x-b", b"cookie"]), st.from_regex(rb"[!-~]{1,9}", fullmatch=True))))
def test_all_other_fields_keep_their_number_order_and_bytes(came: list[tuple[bytes, bytes]]) -> None:
    out = told(*came)
    assert [pair for pair in out if pair[0] in (b"x-a", b"x-b", b"cookie")] == came


@pytest.mark.parametrize(
    "name", ["protocol", "user", "scheme", "client-cert", "groups", "port", "prefix", "server", "ssl", "anything", ""]
)
def test_only_a_listed_proxy_may_say_anything_as_forwarded(name: str) -> None:
    claim = (b"x-forwarded-" + name.encode(), b"claimed")
    assert claim not in told(claim)
    assert claim not in told(claim, trust=Trust())
    assert claim in told(claim, peer="10.0.0.1")


def test_forwarded_beside_x_forwarded_for_is_not_passed_on_as_vouched_for() -> None:
    said = ((b"x-forwarded-for", b"192.0.2.7"), (b"forwarded", b"for=9.9.9.9;proto=https;host=evil.example"))
    out = told(*said, peer="10.0.0.1")
    assert (one(out, b"forwarded"), one(out, b"x-forwarded-proto")) == (None, b"http")
    assert one(out, b"x-forwarded-for") == b"192.0.2.7, 10.0.0.1"


def test_the_origin_is_told_no_way_without_end() -> None:
    bomb = (b"x-forwarded-for", b",".join([b"10.0.0.2"] * 3000))
    assert len(every(told(bomb, peer="10.0.0.1"), b"x-forwarded-for")) == 21


def test_an_edge_may_stand_behind_an_edge_but_a_request_does_not_go_round_for_ever() -> None:
    via: list[bytes] = []
    while True:
        scope = {"method": "GET", "client": ("192.0.2.1", "1"), "headers": [HOST, *((b"via", each) for each in via)]}
        out = Forwarding(LISTED).fields(scope, b"origin.example")
        if out is None:
            break
        via = [one(out, b"via") or b""]
    assert every([(b"via", via[0])], b"via") == [b"1.1 windsock"] * 4


def test_a_host_that_is_not_served_here_is_not_believed_even_from_a_listed_proxy() -> None:
    for claim, believed in (
        (b"shop.example", b"shop.example"),
        (b"evil.example", b"site.example"),
        (b"a b", b"site.example"),
    ):
        assert one(told((b"x-forwarded-host", claim), peer="10.0.0.1"), b"x-forwarded-host") == believed


@pytest.mark.parametrize(
    ("scheme", "seen"), [("http", b"http"), ("https", b"https"), ("ws", b"http"), ("wss", b"https")]
)
def test_the_scheme_is_that_of_the_page_also_for_websockets(scheme: str, seen: bytes) -> None:
    assert one(told(scheme=scheme), b"x-forwarded-proto") == seen


def test_an_address_that_a_proxy_hides_is_unknown() -> None:
    assert one(told((b"x-forwarded-for", b"rubbish"), peer="10.0.0.1"), b"x-forwarded-for") == b"unknown, 10.0.0.1"


def test_max_forwards_is_counted_down_only_where_it_means_something() -> None:
    for method, left in (("TRACE", b"4"), ("OPTIONS", b"4"), ("GET", b"5")):
        assert one(told((b"max-forwards", b"5"), method=method), b"max-forwards") == left
    for odd in (b"", b"-1", b"x", b"9" * 30):
        assert one(told((b"max-forwards", odd), method="TRACE"), b"max-forwards") == odd
