"""What an operator may write for each kind of setting, and what it means."""

from __future__ import annotations

import json
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.settings import parse
from edge.settings.parse import Address, Parse, Raw, plain


@pytest.mark.parametrize(
    ("written", "bytes_"),
    [
        ("0", 0),
        ("1048576", 1_048_576),
        (1048576, 1_048_576),
        ("10MB", 10_000_000),
        ("10 MiB", 10_485_760),
        ("256 mib", 268_435_456),
        ("1.5 KiB", 1536),
        ("500 kB", 500_000),
        ("2GiB", 2_147_483_648),
        ("12 bytes", 12),
    ],
)
def test_a_size_is_bytes_with_decimal_or_binary_units(written: Raw, bytes_: int) -> None:
    assert parse.size(written) == bytes_


@pytest.mark.parametrize("written", ["", "ten", "10 MM", "-1", "1e3", "10 MiB x", "１０", True, ["1"], "9" * 17, "inf"])
def test_what_is_no_size_is_refused(written: Raw) -> None:
    with pytest.raises(ValueError, match="write"):
        parse.size(written)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("2 s", 2.0), ("2s", 2.0), ("500ms", 0.5), ("1m", 60.0), ("1 h", 3600.0), ("2", 2.0), (2, 2.0), (0.25, 0.25)],
)
def test_a_duration_is_seconds(written: Raw, seconds: float) -> None:
    assert parse.duration(written) == seconds


@pytest.mark.parametrize("written", ["", "0", "0 s", "-1 s", "25 h", "soon", "1 day", "nan", "inf", True])
def test_what_is_no_duration_is_refused(written: Raw) -> None:
    with pytest.raises(ValueError, match="write"):
        parse.duration(written)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("127.0.0.1:8081", Address("127.0.0.1", 8081)),
        ("[::1]:8081", Address("::1", 8081)),
        ("LOCALHOST:80", Address("localhost", 80)),
        (":8080", Address("0.0.0.0", 8080)),
    ],
)
def test_an_address_is_a_host_and_a_port(written: Raw, address: Address) -> None:
    assert parse.address(written) == address


@pytest.mark.parametrize(
    "written",
    ["", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "::1:80", "a b:80", "1.2.3:80", "[a]:80"],
)
def test_an_address_without_a_usable_port_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write|neither"):
        parse.address(written)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert Address(host, 1).loopback is loopback


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
    assert parse.origin(written) == origin


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
        "http://site/\n",
        "http://sité/",
        "http://site\\path",
    ],
)
def test_any_other_origin_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        if parse.origin(written) == "http://site":
            raise ValueError("a trailing line break is trimmed")
    assert "word" not in str(refused.value).split()


def test_a_password_in_an_origin_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="user name") as refused:
        parse.origin("http://me:secret@site/")
    assert "secret" not in str(refused.value)


def test_networks_are_addresses_and_ranges() -> None:
    assert parse.networks("10.0.0.0/8, 192.0.2.7,::1") == (
        IPv4Network("10.0.0.0/8"),
        IPv4Network("192.0.2.7/32"),
        IPv6Network("::1/128"),
    )


def test_an_address_inside_a_network_is_not_silently_widened() -> None:
    with pytest.raises(ValueError, match=r"write 10\.0\.0\.0/8 for the whole network"):
        parse.networks("10.1.2.3/8")


@pytest.mark.parametrize("written", ["localhost", "10.0.0.0/33", "10.0.0.0/8 10.1.0.0/16", "*"])
def test_what_is_no_network_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse.networks(written)


@pytest.mark.parametrize(
    ("written", "truth"), [("true", True), ("NO", False), ("1", True), ("off", False), (True, True)]
)
def test_a_switch_takes_the_usual_words(written: Raw, truth: bool) -> None:
    assert parse.switch(written) is truth


@pytest.mark.parametrize("written", ["", "maybe", "2", ["true"]])
def test_a_switch_takes_no_other_word(written: Raw) -> None:
    with pytest.raises(ValueError, match="write"):
        parse.switch(written)


@pytest.mark.parametrize("written", ["0", "-1", "1.5", "", "many", "1000000000", True])
def test_a_number_of_workers_is_whole_and_from_one(written: Raw) -> None:
    with pytest.raises(ValueError, match="write"):
        parse.workers(written)


def test_the_default_number_of_workers_is_at_least_one() -> None:
    assert parse.workers(parse.CORES) >= 1


@pytest.mark.parametrize(
    ("written", "milliseconds"), [("25", 25.0), (25, 25.0), ("0.5", 0.5), ("100", 100.0), ("5 ms", 5.0)]
)
def test_a_budget_is_milliseconds(written: Raw, milliseconds: float) -> None:
    assert parse.milliseconds(written) == milliseconds


@pytest.mark.parametrize("written", ["0", "101", "100.1", "-1", "1e1", "", "fast"])
def test_a_budget_is_at_most_100_milliseconds(written: str) -> None:
    with pytest.raises(ValueError, match="from 1 to 100"):
        parse.milliseconds(written)


def test_headers_are_pairs_in_their_order() -> None:
    assert parse.headers("X-Tenant: blue, X-Edge:windsock") == (("X-Tenant", "blue"), ("X-Edge", "windsock"))


def test_a_header_with_a_comma_may_stand_in_a_list() -> None:
    assert parse.headers(["Accept: a, b"]) == (("Accept", "a, b"),)


@pytest.mark.parametrize(
    "written", ["X-Tenant", ": blue", "X Tenant: blue", "Content-Length: 3", "Host: a", "X: é", "X: a\r\nY: b"]
)
def test_a_header_that_would_break_the_request_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse.headers(written)


def test_a_broken_header_is_not_repeated_since_it_may_hold_a_secret() -> None:
    with pytest.raises(ValueError, match="no header") as refused:
        parse.headers("Bearer hunter2")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("written", ["sqlite:///windsock.db", "memory:", "redis://cache:6379"])
def test_a_store_is_chosen_by_url(written: str) -> None:
    assert parse.store(written) == written


@pytest.mark.parametrize("written", ["", "windsock.db", "mysql://a", "sqlite:///"])
def test_a_store_of_another_kind_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write sqlite"):
        parse.store(written)


@pytest.mark.parametrize("written", ["off", "met", "open-meteo", "file:weather.json"])
def test_weather_is_a_service_or_a_file(written: str) -> None:
    assert parse.weather(written) == written


@pytest.mark.parametrize("written", ["", "sunny", "file:"])
def test_weather_from_elsewhere_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write off"):
        parse.weather(written)


@pytest.mark.parametrize(
    ("parser", "written"),
    [
        (parse.word, "two words"),
        (parse.text, "two\nlines"),
        (parse.path, ""),
        (parse.globs, "admin"),
        (parse.hosts, "http://a"),
        (parse.one_of("a", "b"), "c"),
    ],
)
def test_each_kind_refuses_what_it_cannot_use(parser: Parse, written: str) -> None:
    with pytest.raises(ValueError, match="write|starts with"):
        parser(written)


@settings(max_examples=60)
@given(st.integers(0, 2**50), st.floats(0.001, 86400), st.lists(st.ip_addresses(), max_size=3))
def test_what_is_written_as_json_reads_back_as_the_same_value(
    size: int, seconds: float, addresses: list[object]
) -> None:
    networks = parse.networks(",".join(map(str, addresses)))
    cases: list[tuple[Parse, object]] = [
        (parse.size, size),
        (parse.duration, seconds),
        (parse.networks, networks),
        (parse.address, Address("::1", 1 + size % 65535)),
        (parse.headers, (("A", "b, c"), ("D", ""))),
        (parse.maybe_path, None),
        (parse.path, Path("a b/c")),
        (parse.globs, ("/a", "/b,c*")),
        (parse.switch, False),
    ]
    for parser, value in cases:
        assert parser(json.loads(json.dumps(plain(value)))) == value


@settings(max_examples=100)
@given(st.text(max_size=30))
def test_whatever_is_written_is_read_or_refused_with_a_reason(written: str) -> None:
    for parser in (
        parse.size, parse.duration, parse.address, parse.origin, parse.networks, parse.headers, parse.hosts,
        parse.globs, parse.milliseconds, parse.workers, parse.store, parse.weather, parse.path, parse.word,
    ):  # fmt: skip
        try:
            parser(written)
        except ValueError as error:
            assert len(str(error)) > 10
            assert "\n" not in str(error)
