"""Networks from everywhere in a geo database."""

from __future__ import annotations

from pathlib import Path

import maxminddb

from edge.signals.leaves import MOST, leaves
from tests.geo import DATABASE, made


def test_of_a_small_file_every_network_is_told_and_has_a_record() -> None:
    with maxminddb.open_database(DATABASE) as reader:
        found = list(leaves(DATABASE, reader.metadata()))
        networks = {str(network) for network, _ in reader}
        assert all(reader.get(leaf) for leaf in found)
    assert len(networks) <= len(found) <= MOST


def test_a_file_without_networks_has_none(tmp_path: Path) -> None:
    file = tmp_path / "places.mmdb"
    file.write_bytes(made("GeoLite2-City"))
    with maxminddb.open_database(file) as reader:
        assert list(leaves(file, reader.metadata())) == []
