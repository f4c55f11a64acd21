"""What an operator may write for a place in a network."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network

import pytest

from edge.settings import address
from edge.settings.address import Address
from edge.settings.parse import Raw


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("127.0.0.1:8081", Address("127.0.0.1", 8081)),
        ("[::1]:8081", Address("::1", 8081)),
        ("LOCALHOST:80", Address("localhost", 80)),
        (":8080", Address("0.0.0.0", 8080)),
    ],
)
def test_an_address_is_a_host_and_a_port(written: Raw, meant: Address) -> None:
    assert address.address(written) == meant


@pytest.mark.parametrize(
    "written",
    ["", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "::1:80", "a b:80", "1.2.3:80", "[a]:80"],
)
def test_an_address_without_a_usable_port_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"write|neither"):
        address.address(written)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert Address(host, 1).loopback is loopback


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("127.0.0.1:1", "127.0.0.1:1", True),
        ("0.0.0.0:1", "127.0.0.1:1", True),
        ("127.0.0.1:1", "0.0.0.0:1", True),
        ("[::]:1", "127.0.0.1:1", True),
        ("[::1]:1", "[::]:1", True),
        ("[::ffff:127.0.0.1]:1", "127.0.0.1:1", True),
        ("[::ffff:0.0.0.0]:1", "10.0.0.7:1", True),
        ("0.0.0.0:1", "localhost:1", True),
        ("0.0.0.0:1", "127.0.0.1:2", False),
        ("10.0.0.7:1", "127.0.0.1:1", False),
        ("[::1]:1", "127.0.0.1:1", False),
    ],
)
def test_two_listeners_meet_where_one_may_get_what_is_for_the_other(one: str, other: str, meet: bool) -> None:
    assert address.address(one).meets(address.address(other)) is meet


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("http://site:8080", "http://site:8080"),
        ("HTTPS://Shop.Example/", "https://shop.example"),
        ("http://shop.example/en/", "http://shop.example/en"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://shop.example:80/a%20b", "http://shop.example:80/a%20b"),
        ("", ""),
    ],
)
def test_an_origin_is_a_url_with_a_host_and_perhaps_a_prefix(written: str, origin: str) -> None:
    assert address.origin(written) == origin


@pytest.mark.parametrize(
    "written",
    [
        "site:8080",
        "ftp://site",
        "http://",
        "http:///path",
        "http://site:port",
        "http://site:0",
        "http://site:99999",
        "http://site/?a=1",
        "http://site/?",
        "http://site/#top",
        "http://site/a b",
        "http://si te/",
        "http://me:word@site/",
        "http://[::1",
        "http://1.2.3.400/",
        "http://site/\na",
        "http://sité/",
        "http://site\\path",
    ],
)
def test_any_other_origin_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        address.origin(written)


def test_a_password_in_an_origin_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="user name") as refused:
        address.origin("http://me:secret@site/")
    assert "secret" not in str(refused.value)


def test_networks_are_addresses_and_ranges() -> None:
    assert address.networks("10.0.0.0/8, 192.0.2.7,::1") == (
        IPv4Network("10.0.0.0/8"),
        IPv4Network("192.0.2.7/32"),
        IPv6Network("::1/128"),
    )


def test_an_address_inside_a_network_is_not_silently_widened() -> None:
    with pytest.raises(ValueError, match=r"write 10\.0\.0\.0/8 for the whole network"):
        address.networks("10.1.2.3/8")


@pytest.mark.parametrize("written", ["localhost", "10.0.0.0/33", "10.0.0.0/8 10.1.0.0/16", "*"])
def test_what_is_no_network_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write"):
        address.networks(written)
