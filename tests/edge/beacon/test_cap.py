"""A network may send many beacons, and not a flood."""

from __future__ import annotations

import pytest

from edge.beacon.cap import AT_ONCE, PER_SECOND, Cap


class Dial:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def taken(cap: Cap, address: str, number: int) -> int:
    return sum(cap.allows(address) for _ in range(number))


def test_a_burst_is_taken_and_what_comes_after_it_as_time_allows() -> None:
    clock = Dial()
    cap = Cap(clock)
    assert taken(cap, "203.0.113.9", 5000) == AT_ONCE
    clock.now += 2
    assert taken(cap, "203.0.113.9", 5000) == 2 * PER_SECOND
    clock.now += 3600
    assert taken(cap, "203.0.113.9", 5000) == AT_ONCE


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        ("203.0.113.9", "203.0.113.200", True),
        ("203.0.113.9", "203.0.114.9", False),
        ("203.0.113.9", "::ffff:203.0.113.10", True),
        ("2001:db8:1:2::1", "2001:db8:1:ffff::1", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
    ],
)
def test_neighbours_share_and_others_do_not(one: str, other: str, shared: bool) -> None:
    cap = Cap(Dial())
    taken(cap, one, int(AT_ONCE))
    assert cap.allows(other) is not shared


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "172.20.0.1", "192.168.1.1", "::1", "fd00::1", "", "x"])
def test_what_may_be_a_proxy_that_nobody_has_listed_is_not_capped(address: str) -> None:
    assert taken(Cap(Dial()), address, 5000) == 5000


def test_it_remembers_a_bounded_number_of_networks() -> None:
    cap = Cap(Dial())
    for number in range(20_000):
        cap.allows(f"{1 + number // 65_536 % 9}.{number // 256 % 256}.{number % 256}.1")
    assert len(cap._left) == 8192
