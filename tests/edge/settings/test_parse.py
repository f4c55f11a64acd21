"""What an operator may write for each kind of setting, and what it means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.settings import address, parse
from edge.settings.address import Address
from edge.settings.parse import Parse, Raw, plain


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
        (address.hosts, "http://a"),
        (parse.one_of("a", "b"), "c"),
    ],
)
def test_each_kind_refuses_what_it_cannot_use(parser: Parse, written: str) -> None:
    with pytest.raises(ValueError, match=r"write|starts with"):
        parser(written)


@settings(max_examples=60)
@given(st.integers(0, 2**50), st.floats(0.001, 86400), st.lists(st.ip_addresses(), max_size=3))
def test_what_is_written_as_json_reads_back_as_the_same_value(
    size: int, seconds: float, addresses: list[object]
) -> None:
    networks = address.networks(",".join(map(str, addresses)))
    cases: list[tuple[Parse, object]] = [
        (parse.size, size),
        (parse.duration, seconds),
        (address.networks, networks),
        (address.address, Address("::1", 1 + size % 65535)),
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
        parse.size, parse.duration, address.address, address.origin, address.networks, parse.headers, address.hosts,
        parse.globs, parse.milliseconds, parse.workers, parse.store, parse.weather, parse.path, parse.word,
    ):  # fmt: skip
        complaint = _complaint(parser, written)
        assert complaint is None or (len(complaint) > 10 and "\n" not in complaint)


def _complaint(parser: Parse, written: str) -> str | None:
    try:
        parser(written)
    except ValueError as error:
        return str(error)
    return None
