"""What the doctor sees around the edge on this machine."""

from __future__ import annotations

import socket
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from edge.cli.checkup.finding import Finding
from edge.cli.checkup.surroundings import place, ports, proxies, weather
from edge.settings import Address, default

DAY = 86_400.0
BUILT = 1_700_000_000


def _database(folder: Path, kind: str) -> Path:
    """A database without places, in the real format (MaxMind DB 2.0): one node, no data, and what it says of itself."""
    fields: dict[str, bytes] = {
        "binary_format_major_version": b"\xa1\x02",
        "binary_format_minor_version": b"\xa0",
        "build_epoch": b"\x04\x02" + BUILT.to_bytes(4, "big"),
        "database_type": _text(kind),
        "description": b"\xe0",
        "ip_version": b"\xa1\x06",
        "languages": b"\x00\x04",
        "node_count": b"\xc1\x01",
        "record_size": b"\xa1\x18",
    }
    about = b"".join(_text(name) + value for name, value in fields.items())
    node = b"\x00\x00\x01\x00\x00\x01"
    file = folder / f"{kind}.mmdb"
    file.write_bytes(node + bytes(16) + b"\xab\xcd\xefMaxMind.com" + bytes([0xE0 | len(fields)]) + about)
    return file


def _text(value: str) -> bytes:
    return (
        bytes([0x40 | len(value)]) + value.encode()
        if len(value) < 29
        else b"\x5d" + bytes([len(value) - 29]) + value.encode()
    )


def _place(file: Path | None, days: float) -> list[Finding]:
    return list(place(replace(default(), geo_database=file), lambda: BUILT + days * DAY))


def test_without_a_geo_database_the_place_is_unknown() -> None:
    [found] = _place(None, 0)
    assert found.state == "ok"
    assert "unknown" in found.text


@pytest.mark.parametrize(("days", "state"), [(0, "ok"), (30.5, "ok"), (31, "warn"), (400, "warn")])
def test_a_geo_database_older_than_30_days_is_worth_a_warning(days: float, state: str, tmp_path: Path) -> None:
    [found] = _place(_database(tmp_path, "GeoIP2-City"), days)
    assert found.state == state
    assert f"GeoIP2-City, made {int(days)} days ago" in found.text


@pytest.mark.parametrize(
    ("kind", "line"),
    [("GeoLite2-City", "GeoLite data created by MaxMind"), ("DBIP-City-Lite", "IP Geolocation by DB-IP")],
)
def test_the_line_that_a_licence_asks_for_is_printed(kind: str, line: str, tmp_path: Path) -> None:
    _, found = _place(_database(tmp_path, kind), 1)
    assert line in found.text


def test_a_geo_database_that_is_not_there_fails(tmp_path: Path) -> None:
    [found] = _place(tmp_path / "nowhere.mmdb", 0)
    assert found.state == "fail"
    assert "No such file" in found.text


@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xab\xcd\xefMaxMind.com", b"\xab\xcd\xefMaxMind.com\xff\xff"])
def test_a_file_that_is_no_geo_database_fails(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "broken.mmdb"
    file.write_bytes(content)
    [found] = _place(file, 0)
    assert found.state == "fail"


def test_weather_that_is_set_but_not_built_is_worth_a_warning() -> None:
    assert [found.state for found in weather(replace(default(), weather="met"))] == ["warn"]
    assert [found.state for found in weather(default())] == ["ok"]


@pytest.mark.parametrize(
    ("networks", "state", "told"),
    [
        ((), "ok", "none is trusted"),
        (("10.0.0.0/8",), "ok", "10.0.0.0/8"),
        (("0.0.0.0/0",), "warn", "everybody is trusted"),
    ],
)
def test_whose_word_is_believed_is_told(networks: tuple[str, ...], state: str, told: str) -> None:
    [found] = proxies(replace(default(), trusted_proxies=tuple(map(ip_network, networks))))
    assert found.state == state
    assert told in found.text


def test_a_free_port_is_well_and_a_taken_one_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, socket.create_server(("127.0.0.1", 0)) as other:
        free = Address("127.0.0.1", other.getsockname()[1])
        other.close()
        settings = replace(default(), listen=Address("127.0.0.1", taken.getsockname()[1]), admin=free)
        listen, admin = ports(settings)
    assert (listen.state, admin.state) == ("fail", "ok")
    assert "give another with --listen" in listen.text


def test_an_address_of_another_machine_fails() -> None:
    settings = replace(default(), listen=Address("192.0.2.1", 8080), admin=Address("127.0.0.1", 1))
    assert next(iter(ports(settings))).state == "fail"
