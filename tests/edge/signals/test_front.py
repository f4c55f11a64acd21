"""A proxy in front that nobody has listed."""

from __future__ import annotations

import pytest

from edge.signals.front import ENOUGH, Front, advice


def seen(*requests: tuple[str, bool]) -> Front:
    front = Front()
    for peer, forwarded in requests:
        if not front.clear:
            front.sees(peer, forwarded)
    return front


PROXY = ("10.0.0.7", True)


def test_when_every_request_comes_from_one_private_address_that_is_said_once() -> None:
    told: list[str] = []
    front = Front(told.append)
    for _ in range(ENOUGH):
        assert not front.finding
        front.sees(*PROXY)
    assert (front.finding, front.clear, told) == ("10.0.0.7", True, ["10.0.0.7"])


def test_a_proxy_is_named_as_trusted_proxies_understands_it() -> None:
    """A listener on all addresses, IPv6 among them, sees those of IPv4 written as IPv6."""
    assert seen(*[("::ffff:172.17.0.1", True)] * ENOUGH).finding == "172.17.0.1"


def test_a_few_requests_are_not_enough() -> None:
    assert not seen(*[PROXY] * (ENOUGH - 1)).clear


def test_a_visitor_who_comes_by_himself_makes_it_clear_that_it_is_not_so() -> None:
    front = seen(*[PROXY] * 5, ("81.2.69.160", False), *[PROXY] * ENOUGH)
    assert front.clear
    assert not front.finding


def test_two_such_addresses_are_not_one_proxy() -> None:
    assert seen(PROXY, ("10.0.0.8", True)).clear


def test_a_public_address_that_claims_to_forward_is_a_visitor() -> None:
    assert seen(("81.2.69.160", True)).clear


@pytest.mark.parametrize("itself", ["127.0.0.1", "127.0.1.1", "::1", "::ffff:127.0.0.1"])
def test_health_checks_of_this_machine_tell_nothing(itself: str) -> None:
    assert seen(*[(itself, False), PROXY] * ENOUGH).finding == "10.0.0.7"


@pytest.mark.parametrize("other", [("10.0.0.9", False), ("10.0.0.7", False), ("192.168.1.20", False)])
def test_on_an_intranet_nobody_is_named_where_visitors_come_by_themselves(other: tuple[str, bool]) -> None:
    front = seen(*[PROXY] * 5, other, *[PROXY] * ENOUGH)
    assert front.clear
    assert not front.finding


def test_without_an_address_nothing_is_found() -> None:
    assert not seen(*[("", True)] * ENOUGH).finding


def test_the_advice_names_the_setting() -> None:
    assert "trusted_proxies" in advice("10.0.0.7")
    assert "10.0.0.7" in advice("10.0.0.7")
