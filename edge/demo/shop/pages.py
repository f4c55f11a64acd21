"""Every address of the shop and what stands there, made once when the shop opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from edge.demo.shop.art import LIGHTS, picture
from edge.demo.shop.catalogue import CATEGORIES, PRODUCTS
from edge.demo.shop.guide import PLACES, WALKS
from edge.demo.shop.render import GERMAN, Fragment, Navigation, department, fragment, outing, thing, whole

PERSONAL: Final = ("/basket", "/thanks")
"""Pages that no cache may keep."""

_KINDS: Final = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
_ENGLISH: Final = {
    "/": "home",
    "/home-b": "home-b",
    "/welcome": "welcome",
    "/about": "about",
    "/delivery": "delivery",
    "/repairs": "repairs",
    "/journal": "journal",
    "/journal/a-night-on-the-bealach": "a-night-on-the-bealach",
    "/journal/what-a-zip-wants": "what-a-zip-wants",
    "/journal/the-long-light": "the-long-light",
    "/cafe": "cafe",
    "/walks": "walks",
    "/places": "places",
    "/basket": "basket",
    "/thanks": "thanks",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One body that the shop can send, and how it may be kept."""

    body: bytes
    kind: str  # Content-Type
    keep: str  # Cache-Control

    @property
    def etag(self) -> str:
        """A strong validator: it changes with every byte."""
        return f'"{sha256(self.body).hexdigest()[:16]}"'


def pages(navigation: Navigation) -> Mapping[str, Answer]:
    """Give every HTML page by its path, with that navigation."""
    return {path: _page(path, part, navigation) for path, part in _fragments()}


def pictures() -> Mapping[str, Answer]:
    """Give the style sheet and every picture by its path."""
    folder = files("edge.demo.shop") / "static"
    drawn = [file for file in (folder / "img").iterdir() if file.name.endswith(".svg")]
    found = [("/style.css", folder / "style.css"), *((f"/img/{file.name}", file) for file in drawn)]
    filed = {path: _file(file, _KINDS[path.rpartition(".")[2]]) for path, file in found}
    art = {f"/art/{one.slug}-{light}.svg": _art(one.slug, light) for one in (*WALKS, *PLACES) for light in LIGHTS}
    return filed | art


def lost() -> Answer:
    """Give the page for an address where nothing is."""
    return _page("", fragment("lost"), "compact")


def _fragments() -> Iterator[tuple[str, Fragment]]:
    for path, name in _ENGLISH.items():
        yield path, fragment(name)
    yield "/de/", fragment("de", GERMAN)
    for category in CATEGORIES:
        yield f"/{category.slug}", department(category)
    for product in PRODUCTS:
        yield f"/gear/{product.slug}", thing(product)
    for walk in WALKS:
        yield f"/walk/{walk.slug}", outing("walk", walk)
    for place in PLACES:
        yield f"/to/{place.slug}", outing("place", place)


def _file(file: Traversable, kind: str) -> Answer:
    return Answer(file.read_bytes(), kind, "public, max-age=3600")


def _art(name: str, light: str) -> Answer:
    return Answer(picture(name, light), _KINDS["svg"], "public, max-age=3600")


def _page(path: str, part: Fragment, navigation: Navigation) -> Answer:
    keep = "no-store" if path in PERSONAL else "public, max-age=60"
    return Answer(whole(part, navigation).encode(), "text/html; charset=utf-8", keep)
