from __future__ import annotations

import pytest

from rules.glob import glob, pattern
from rules.where import Where, leads_elsewhere

SHOP = Where(
    paths=(pattern("/"), pattern("/home/*")),
    hosts=(glob("*.example"),),
    query=(("utm_source", (glob("*"),)), ("ref", (glob("a"), glob("b*")))),
)


def test_one_of_the_paths_and_hosts_and_every_parameter_must_match() -> None:
    assert SHOP.matches("/home/x", "shop.example", {"utm_source": "", "ref": "bcd"})
    assert not SHOP.matches("/away", "shop.example", {"utm_source": "", "ref": "a"})
    assert not SHOP.matches("/", "shop.test", {"utm_source": "", "ref": "a"})
    assert not SHOP.matches("/", "shop.example", {"ref": "a"})
    assert not SHOP.matches("/", "shop.example", {"utm_source": "x", "ref": "c"})


def test_what_is_left_out_holds_everywhere() -> None:
    assert Where().matches("/any", "any.example", {})
    assert Where(paths=(pattern("/"),)).matches("/", "any.example", {"x": "y"})


def test_paths_are_compared_as_they_are_written() -> None:
    assert not Where(paths=(pattern("/Home"),)).matches("/home", "", {})


def test_the_first_path_that_matches_catches() -> None:
    where = Where(paths=(pattern("/to/{city}/*"), pattern("/to/{slug}"), pattern("*")))
    assert dict(where.captures("/to/oslo")) == {"slug": "oslo"}
    assert dict(where.captures("/to/oslo/hotels")) == {"city": "oslo"}
    assert dict(where.captures("/about")) == {}
    assert dict(Where().captures("/about")) == {}


@pytest.mark.parametrize(
    ("target", "path", "host", "scheme", "elsewhere"),
    [
        ("/de/", "/", "", "", True),
        ("/de/", "/de/", "shop.example", "https", False),
        ("/caf%C3%A9", "/café", "shop.example", "https", False),
        ("/café", "/café", "shop.example", "https", False),
        ("https://shop.example/de/", "/de/", "shop.example", "https", False),
        ("https://SHOP.example/de/", "/de/", "shop.example", "https", False),
        ("https://shop.example", "/", "shop.example", "https", False),
        ("https://shop.example:8443/", "/", "shop.example", "https", False),  # ports are not looked at
        ("https://shop.example/de/", "/de/", "shop.example", "http", True),
        ("https://shop.example/de/", "/de/", "shop.example", "", False),
        ("https://shop.example/de/", "/en/", "shop.example", "https", True),
        ("https://sale.example/", "/", "shop.example", "https", True),
        ("https://sale.example/", "/", "", "", True),
    ],
)
def test_a_redirect_leads_elsewhere_unless_it_names_the_page_itself(
    target: str, path: str, host: str, scheme: str, elsewhere: bool
) -> None:
    assert leads_elsewhere(target, path, host, scheme) is elsewhere
