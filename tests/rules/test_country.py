"""What a country tells."""

from __future__ import annotations

from zoneinfo import available_timezones

from rules import country
from rules.words import COUNTRIES, SIGNALS


def test_every_country_has_a_continent() -> None:
    assert set(country.CONTINENT) == COUNTRIES
    assert set(country.CONTINENT.values()) == set(SIGNALS["continent"].words)


def test_every_zone_that_is_named_exists() -> None:
    assert available_timezones() >= {*country.ZONE.values(), *country.SOUTHERN_ZONES}


def test_every_country_that_is_named_is_one() -> None:
    assert set(country.ZONE) | country.SOUTH <= COUNTRIES
