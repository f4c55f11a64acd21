from __future__ import annotations

from rules.glob import glob, pattern
from rules.where import Where

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
