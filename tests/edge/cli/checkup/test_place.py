"""What the doctor says of the geo database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from edge.cli.checkup.finding import Finding
from edge.cli.checkup.place import place
from edge.settings import default
from tests.geo import BUILT, DATABASE, bomb, encoded, made

DAY = 86_400.0
LONDON = encoded(
    {"city": {"names": {"en": "London"}}, "country": {"iso_code": "GB", "names": {"en": "United Kingdom"}}}
)


def _place(file: Path | None, days: float = 0) -> list[Finding]:
    return list(place(replace(default(), geo_database=file), lambda: BUILT + days * DAY))


def _file(folder: Path, content: bytes) -> Path:
    file = folder / "places.mmdb"
    file.write_bytes(content)
    return file


def test_without_a_geo_database_the_place_is_unknown() -> None:
    [found] = _place(None)
    assert found.state == "ok"
    assert "unknown" in found.text


@pytest.mark.parametrize(("days", "state"), [(0, "ok"), (30.5, "ok"), (31, "warn"), (400, "warn")])
def test_a_geo_database_older_than_30_days_is_worth_a_warning(days: float, state: str, tmp_path: Path) -> None:
    found = _place(_file(tmp_path, made("GeoIP2-City")), days)[0]
    assert found.state == state
    assert f"GeoIP2-City, made 2023-11-14, {int(days)} days ago" in found.text


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("GeoLite2-City", "This product includes GeoLite data created by MaxMind"),
        ("GeoIP2-Country", "your agreement with MaxMind"),
        ("DBIP-City-Lite", "IP Geolocation by DB-IP, https://db-ip.com"),
        ("Places-Of-Mine", "what its maker asks for"),
    ],
)
def test_what_a_licence_asks_for_is_told(kind: str, line: str, tmp_path: Path) -> None:
    found = _place(_file(tmp_path, made(kind)))[-1]
    assert found.state == "ok"
    assert line in found.text


@pytest.mark.parametrize("kind", ["GeoLite2-City", "GeoIP2-Enterprise", "DBIP-City-Lite"])
def test_one_place_that_it_knows_is_named(kind: str, tmp_path: Path) -> None:
    found = _place(_file(tmp_path, made(kind, LONDON, 0)))[1]
    assert found.text == "for example, 1.64.0.1 is in London, United Kingdom"


def test_a_database_of_countries_names_one(tmp_path: Path) -> None:
    found = _place(_file(tmp_path, made("GeoLite2-Country", LONDON, 0)))[1]
    assert found.text == "for example, 1.64.0.1 is in United Kingdom"


def test_maxminds_own_test_database_is_well() -> None:
    assert {found.state for found in _place(DATABASE, -1)} == {"ok"}


def test_a_geo_database_that_is_not_there_fails(tmp_path: Path) -> None:
    [found] = _place(tmp_path / "nowhere.mmdb")
    assert found.state == "fail"
    assert "No such file" in found.text


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"\xab\xcd\xefMaxMind.com\xff\xff", bomb(60), made("GeoLite2-ASN")]
)
def test_a_file_that_cannot_be_used_fails_as_it_would_in_the_edge(content: bytes, tmp_path: Path) -> None:
    [found] = _place(_file(tmp_path, content))
    assert found.state == "fail"
    assert str(tmp_path) in found.text
