"""Time zones by name."""

from __future__ import annotations

import pytest

from edge.signals.zones import zone


def test_a_zone_is_known_by_its_name() -> None:
    assert str(zone("Europe/Oslo")) == "Europe/Oslo"


@pytest.mark.parametrize(
    "name",
    ["", "EST", "GMT", "localtime", "Europe/Asgard", "../Europe/Oslo", "/etc/passwd", "Europe", "a/" * 30, "a/\0"],
)
def test_what_is_no_zone_of_a_place_is_none(name: str) -> None:
    assert zone(name) is None
