"""The setting `cdn`."""

from __future__ import annotations

import pytest

from edge.settings.cdn import VENDORS, cdn, mapping


@pytest.mark.parametrize("name", ["", *VENDORS])
def test_a_vendor_is_named(name: str) -> None:
    assert cdn(name) == name
    assert cdn(name.upper()) == name


def test_fields_are_mapped_to_facts() -> None:
    written = "country: X-Geo-Country,city:X-Geo-City"
    assert mapping(written) == {"country": "X-Geo-Country", "city": "X-Geo-City"}
    assert cdn(written) == "country: X-Geo-Country, city: X-Geo-City"
    assert cdn(["country: X-Geo-Country", "city: X-Geo-City"]) == cdn(written)
    assert cdn(cdn(written)) == cdn(written)


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("clodflare", "did you mean cloudflare"),
        ("fastly", "VCL copies"),
        ("nonsense", "akamai, cloudflare"),
        ("city: X-City", "which field holds the country"),
        ("country: X-Country, street: X-Street", "country, region, city"),
        ("country: X Country", "X-Geo-Country"),
        ("country:", "X-Geo-Country"),
        ("country: X_Country", "X-Geo-Country"),
    ],
)
def test_what_cannot_be_used_is_explained(written: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        cdn(written)
