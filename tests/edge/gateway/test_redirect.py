from __future__ import annotations

import pytest

from edge.gateway.redirect import Place, turned

ORIGIN = Place.of("http", "10.0.0.5:3000")
VISITOR = Place.of("https", "shop.example")


def seen(location: str, prefix: str = "") -> str:
    return turned(location.encode(), ORIGIN, prefix, VISITOR, "shop.example").decode()


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("http://10.0.0.5:3000/library/", "https://shop.example/library/"),
        ("http://shop.example:3000/library/?a=b#c", "https://shop.example/library/?a=b#c"),
        ("HTTP://SHOP.example:3000/x", "https://shop.example/x"),
    ],
)
def test_a_redirect_to_the_origins_own_address_leads_to_the_edge(location: str, expected: str) -> None:
    assert seen(location) == expected


@pytest.mark.parametrize(
    "location",
    [
        "/library/",
        "library/",
        "//10.0.0.5:3000/x",
        "https://shop.example/x",
        "http://shop.example/x",
        "http://elsewhere.example:3000/x",
        "https://10.0.0.5:3000/x",
        "http://user@10.0.0.5:3000/x",
        "http://10.0.0.5:port/x",
        "ftp://10.0.0.5:3000/x",
        "",
    ],
)
def test_any_other_redirect_passes_as_it_came(location: str) -> None:
    assert seen(location) == location


def test_the_origins_path_prefix_is_taken_off() -> None:
    assert seen("http://10.0.0.5:3000/site/a", "/site") == "https://shop.example/a"
    assert seen("http://10.0.0.5:3000/sites/a", "/site") == "https://shop.example/sites/a"
