from __future__ import annotations

from edge.web.fields import end_to_end, every, replaced


def test_fields_of_one_connection_do_not_cross_the_edge() -> None:
    names = (b"Connection", b"Keep-Alive", b"TE", b"Transfer-Encoding", b"Upgrade", b"Proxy-Connection", b"Trailer")
    assert end_to_end([(name, b"x") for name in names] + [(b"Accept", b"*/*")]) == ((b"accept", b"*/*"),)


def test_fields_that_connection_names_do_not_cross_either() -> None:
    came = [(b"connection", b"close, X-Hop"), (b"x-hop", b"1"), (b"connection", b"X-More"), (b"x-more", b"2")]
    assert end_to_end(came) == ()


def test_a_peer_cannot_drop_our_fields_the_host_or_the_framing_by_naming_them() -> None:
    kept = ((b"host", b"a"), (b"content-length", b"3"), (b"x-windsock-variants", b"nav=b"), (b"cookie", b"a=1"))
    named = (b"connection", b"Host, Content-Length, X-Windsock-Variants, Cookie")
    assert end_to_end((named, *kept)) == kept


def test_repeated_fields_keep_their_number_and_order() -> None:
    came = ((b"set-cookie", b"a=1"), (b"x", b"1"), (b"set-cookie", b"b=2"))
    assert end_to_end(came) == came


def test_members_are_read_over_all_fields_of_a_name() -> None:
    assert every(((b"via", b"1.1 a, 1.1 b"), (b"x", b"y"), (b"via", b",, 1.0 c")), b"via") == [
        b"1.1 a",
        b"1.1 b",
        b"1.0 c",
    ]


def test_replacing_leaves_exactly_one() -> None:
    assert replaced(((b"a", b"1"), (b"b", b"2"), (b"a", b"3")), b"a", b"4") == ((b"b", b"2"), (b"a", b"4"))
