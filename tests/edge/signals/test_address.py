"""Addresses as bytes."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals.address import packed, private, written


@given(st.ip_addresses())
def test_every_address_is_read_as_ipaddress_reads_it(address: IPv4Address | IPv6Address) -> None:
    meant = getattr(address, "ipv4_mapped", None) or address
    assert packed(str(address)) == meant.packed
    assert ip_address(written(meant.packed)) == meant


@pytest.mark.parametrize("text", ["", "unknown", "1.2.3", "1.2.3.4:80", "fe80::1%eth0", "[::1]", "1.2.3.4\0", "ü"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert packed(text) is None


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("10.0.0.0", True),
        ("10.255.255.255", True),
        ("11.0.0.0", False),
        ("172.15.255.255", False),
        ("172.16.0.1", True),
        ("172.32.0.0", False),
        ("192.168.7.7", True),
        ("127.0.0.1", True),
        ("169.254.1.1", True),
        ("100.64.0.1", True),
        ("100.128.0.1", False),
        ("81.2.69.160", False),
        ("255.255.255.255", False),
        ("::1", True),
        ("::ffff:10.1.2.3", True),
        ("::ffff:81.2.69.160", False),
        ("fd00::1", True),
        ("fe80::1", True),
        ("2001:218::1", False),
        ("ffff::", False),
    ],
)
def test_private_addresses_are_known_as_such(text: str, known: bool) -> None:
    address = packed(text)
    assert address is not None
    assert private(address) is known
