"""What the shop sells; the goods themselves are in `catalogue.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class Category:
    """One department of the shop."""

    slug: str
    name: str
    claim: str  # one sentence over its goods
    picture: str  # file name in /img/


@dataclass(frozen=True, slots=True)
class Product:
    """One thing to buy; its picture is `/img/SLUG.svg`."""

    slug: str
    name: str
    category: str  # a category's slug
    price: int  # pounds
    line: str  # under its name in a grid
    story: str
    facts: tuple[str, ...]
    sizes: tuple[str, ...] = ()


def _product(written: dict[str, object]) -> Product:
    lists = {key: tuple(value) for key, value in written.items() if isinstance(value, list)}
    return Product(**(written | lists))  # type: ignore[arg-type]  # TOML that comes with the shop


_WRITTEN: Final = tomllib.loads((files("edge.demo.shop") / "catalogue.toml").read_text("utf-8"))
CATEGORIES: Final = tuple(Category(**written) for written in _WRITTEN["categories"])
PRODUCTS: Final = tuple(_product(written) for written in _WRITTEN["products"])


def shelf(category: str) -> tuple[Product, ...]:
    """Give the goods of one category."""
    return tuple(product for product in PRODUCTS if product.category == category)


def product(slug: str) -> Product:
    """Give the product of that name; KeyError when the shop does not sell it."""
    for one in PRODUCTS:
        if one.slug == slug:
            return one
    raise KeyError(slug)
