from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge.web.host import Hosts, valid


@pytest.mark.parametrize(
    "host",
    [
        *(b"a", b"localhost", b"shop.example", b"SHOP.Example", b"shop.example.", b"xn--mnchen-3ya.example", b"my_app"),
        *(b"a:1", b"a:65535", b"shop.example:08080", b"1password.com", b"3com", b"a" * 63, b"127.0.0.1", b"0.0.0.0:80"),
        *(b"[::1]", b"[::1]:8080", b"[2001:DB8::1]", b"[::ffff:192.0.2.1]", b"a.0x.example"),
    ],
)
def test_a_host_is_a_name_or_an_address_perhaps_with_a_port(host: bytes) -> None:
    assert valid(host)


@pytest.mark.parametrize(
    "host",
    [
        *(
            b"",
            b" ",
            b"a b",
            b" a",
            b"a ",
            b"a\t",
            b"a\r\nX: y",
            b"a\x00",
            b"a,b",
            b"a;b",
            b"a/b",
            b"a\\b",
            b"a?b",
            b"a#b",
        ),
        *(b"user@a", b"http://a", b"a%2e", b"a%00", b"\xc3\xa9", b"*", b"*.a", b"a!b", b"a'b", b'a"b', b"<a>"),
        *(b".", b"..", b".a", b"a..b", b"a..", b"-a", b"a-", b"a.-b", b"a" * 64, b"a." * 127 + b"a"),
        *(b"a:", b"a:0", b"a:65536", b"a:99999", b"a:123456", b"a:-1", b"a:+1", b"a:b", b"a:1:2", b":80", b"a:\xb2"),
        *(
            b"1",
            b"1.2.3",
            b"256.1.1.1",
            b"1.2.3.4.5",
            b"1.2.3.4.",
            b"01.2.3.4",
            b"a.1",
            b"0x7f000001",
            b"a.0x7f",
            b"127.1",
        ),
        *(
            b"[]",
            b"[::1",
            b"::1",
            b"[::1]a",
            b"[::1%25eth0]",
            b"[fe80::1%eth0]",
            b"[1.2.3.4]",
            b"[v1.a]",
            b"[::1]:",
            b"[:::]",
        ),
    ],
)
def test_everything_else_is_not(host: bytes) -> None:
    assert not valid(host)


@pytest.mark.parametrize(
    ("authority", "served"),
    [
        (b"shop.example", True),
        (b"Shop.Example", True),
        (b"shop.example.", True),
        (b"shop.example:8443", True),
        (b"www.shop.example", False),
        (b"shop.example.evil", False),
        (b"evilshop.example", False),
        (b"port.example:81", True),
        (b"port.example", False),
        (b"port.example:82", False),
        (b"a.wild.example", True),
        (b"b.a.wild.example:9", True),
        (b"wild.example", False),
        (b"evilwild.example", False),
        (b"[::1]", True),
        (b"[::1]:8080", True),
        (b"[::2]", False),
    ],
)
def test_a_list_names_hosts_on_every_port_on_one_port_or_all_under_a_name(authority: bytes, served: bool) -> None:
    hosts = Hosts(["shop.example", "port.example:81", "*.wild.example", "[::1]"])
    assert hosts.valid(authority)
    assert hosts.served(authority) is served


def test_without_a_list_every_valid_host_is_served() -> None:
    assert Hosts().served(b"anything.example:1")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40) | st.from_regex(rb"[\[\]0-9a-fA-F:.x_-]{1,30}", fullmatch=True))
@example(b"a\n")
@example(b"1.2.3.4\n")
def test_no_bytes_are_a_host_that_a_url_would_read_as_something_else(authority: bytes) -> None:
    if not valid(authority):
        return
    assert not set(authority) & set(b" \t\r\n/?#@\\%,;")
    assert authority.count(b":") <= 1 or authority.startswith(b"[")


def test_the_longest_host_is_taken_and_what_is_longer_is_not_remembered() -> None:
    hosts = Hosts()
    longest = b".".join([b"a" * 63] * 3 + [b"b" * 61])
    assert hosts.valid(longest + b":65535")
    for length in range(20):
        assert not hosts.valid(longest + b"c" * (1000 * length + 8))
    assert hosts._valid.cache_info().currsize == 1
