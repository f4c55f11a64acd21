"""What one record of a geo database says."""

from __future__ import annotations

from typing import Any


def facts(record: object) -> dict[str, object]:
    """What a record of a GeoIP2, GeoLite2 or DB-IP database says, as `place` takes it. Total over all records."""
    return {
        "country": _at(record, "country", "iso_code"),
        "region": _at(record, "subdivisions", 0, "iso_code"),
        "city": _at(record, "city", "names", "en"),
        "continent": _at(record, "continent", "code"),
        "timezone": _at(record, "location", "time_zone"),
        "latitude": _at(record, "location", "latitude"),
        "longitude": _at(record, "location", "longitude"),
    }


def _at(value: Any, *way: str | int) -> object:
    try:
        for step in way:
            value = value[step]
    except (KeyError, IndexError, TypeError):
        return None
    return value
