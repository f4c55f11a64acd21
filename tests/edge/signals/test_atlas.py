"""From an address to a place, against MaxMind's City test database and the JSON that it is made from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import geoip2.database
import geoip2.errors
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.signals import address
from edge.signals.atlas import REMEMBERED, Atlas
from edge.signals.geofile import GeoFile
from edge.signals.place import NOWHERE, Place, place
from edge.signals.record import facts
from tests.geo import DATABASE, SOURCE

NETWORKS: list[tuple[str, dict[str, Any]]] = [
    pair for entry in json.loads(SOURCE.read_text()) for pair in entry.items()
]


@pytest.fixture(scope="module")
def atlas() -> Iterator[Atlas]:
    atlas = Atlas()
    file = GeoFile(DATABASE, atlas.take)
    file.look()
    yield atlas
    file.close()


def first(network: str) -> str:
    """The first address of a network of the JSON, which writes IPv4 ones as `::1.2.3.0/120`."""
    known = ip_network(network)
    if known.version == 6 and known.prefixlen >= 96 and int(known[0]) < 1 << 32:
        return str(ip_address(int(known[0])))
    return str(known[0])


@pytest.mark.parametrize(("network", "record"), NETWORKS, ids=[network for network, _ in NETWORKS])
def test_every_network_gives_its_country_region_city_and_zone(
    atlas: Atlas, network: str, record: dict[str, Any]
) -> None:
    found = atlas.find(first(network))
    country = record.get("country", {}).get("iso_code", "")
    subdivision = record.get("subdivisions", [{}])[0].get("iso_code", "")
    assert found.country == country
    assert found.region == (f"{country}-{subdivision}" if subdivision else "")
    assert found.city == record.get("city", {}).get("names", {}).get("en", "")
    if "time_zone" in record.get("location", {}):
        assert found.timezone == record["location"]["time_zone"]
    assert found.continent == record.get("continent", {}).get("code", found.continent)


def test_the_json_holds_both_kinds_of_addresses() -> None:
    kinds = {ip_address(first(network)).version for network, _ in NETWORKS}
    assert kinds == {4, 6}
    assert len(NETWORKS) > 200


def test_what_geoip2_reads_is_what_the_signals_say(atlas: Atlas) -> None:
    with geoip2.database.Reader(DATABASE) as reader:
        for network, _ in NETWORKS:
            city = reader.city(first(network))
            found = atlas.find(first(network))
            assert found.country == (city.country.iso_code or "")
            assert found.city == (city.city.name or "")
            assert (found.latitude, found.longitude) == (city.location.latitude, city.location.longitude)


def test_an_address_that_nobody_has_is_nowhere(atlas: Atlas) -> None:
    with geoip2.database.Reader(DATABASE) as reader, pytest.raises(geoip2.errors.AddressNotFoundError):
        reader.city("8.8.8.8")
    assert atlas.find("8.8.8.8") is NOWHERE


@pytest.mark.parametrize(
    "text", ["", "unknown", "10.0.0.1", "192.168.1.1", "127.0.0.1", "::1", "fd00::1", "fe80::1%eth0", "x" * 9000]
)
def test_private_addresses_and_what_is_none_are_nowhere(atlas: Atlas, text: str) -> None:
    assert atlas.find(text) is NOWHERE


def test_a_private_address_is_nowhere_even_where_the_database_knows_it(
    atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert atlas.find("89.160.20.113").country == "SE"
    monkeypatch.setattr("edge.signals.atlas.private", lambda ip: True)
    assert atlas.find("89.160.20.114") is NOWHERE


def test_an_ipv4_address_may_be_written_as_an_ipv6_one(atlas: Atlas) -> None:
    assert atlas.find("::ffff:89.160.20.112") == atlas.find("89.160.20.112")


def test_without_a_database_every_place_is_unknown() -> None:
    assert Atlas().find("89.160.20.112") is NOWHERE


def test_a_hundred_thousand_addresses_keep_memory_flat(atlas: Atlas) -> None:
    for number in range(100_000):
        atlas.find(f"2001:db8::{number:x}")
    assert atlas._opened is not None
    assert len(atlas._opened._seen) <= REMEMBERED


def test_no_address_is_kept(atlas: Atlas) -> None:
    atlas.find("89.160.20.115")
    assert atlas._opened is not None
    assert all(isinstance(key, int) for key in atlas._opened._seen)


def test_a_document_that_cannot_be_opened_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    atlas = Atlas()
    with GeoFileFor(atlas):
        gone = {"path": str(tmp_path / "gone"), "source": str(tmp_path / "gone.mmdb")}
        for bad in (gone, {}, {"path": None, "source": None}):
            assert not atlas.take(bad)
        assert atlas.find("89.160.20.112").country == "SE"
    assert "stay as they were" in caplog.text


def test_where_another_process_cannot_be_looked_into_the_file_itself_is_copied(tmp_path: Path) -> None:
    atlas = Atlas()
    assert atlas.take({"path": str(tmp_path / "gone"), "source": str(DATABASE)})
    assert atlas.find("89.160.20.112").country == "SE"


class GeoFileFor:
    """A database taken by `atlas` for as long as the block lasts."""

    def __init__(self, atlas: Atlas) -> None:
        self._file = GeoFile(DATABASE, atlas.take)

    def __enter__(self) -> None:
        self._file.look()

    def __exit__(self, *_: object) -> None:
        self._file.close()


RECORDS = st.recursive(
    st.none() | st.text(max_size=5) | st.floats() | st.integers() | st.booleans() | st.binary(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["country", "city", "names", "en", "iso_code", "subdivisions", "location", "latitude"]),
            inner,
        )
    ),
)


@given(RECORDS)
def test_whatever_a_record_holds_gives_a_place(record: object) -> None:
    assert isinstance(place(facts(record)), Place)


def test_db_ip_has_names_for_regions_and_no_codes() -> None:
    record = {
        "city": {"names": {"en": "Bergen"}},
        "continent": {"code": "EU", "names": {"en": "Europe"}},
        "country": {"iso_code": "NO", "names": {"en": "Norway"}},
        "location": {"latitude": 60.39, "longitude": 5.32},
        "subdivisions": [{"names": {"en": "Vestland"}}],
    }
    assert place(facts(record)).signals == {
        "country": "NO",
        "city": "Bergen",
        "continent": "EU",
        "timezone": "Europe/Oslo",
    }


def test_all_addresses_of_the_test_database_are_public() -> None:
    packed = [address.packed(first(network)) for network, _ in NETWORKS]
    assert not [ip for ip in packed if ip is None or address.private(ip)]
