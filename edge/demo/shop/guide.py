"""Walks around the shop and places further away, each with a page; the words are in `guide.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Final


@dataclass(frozen=True, slots=True)
class Outing:
    """Somewhere to go; its picture is `/art/SLUG-LIGHT.svg`."""

    slug: str
    name: str
    line: str  # under its name


_WRITTEN: Final = tomllib.loads((files("edge.demo.shop") / "guide.toml").read_text("utf-8"))
WALKS: Final = tuple(Outing(**written) for written in _WRITTEN["walks"])
PLACES: Final = tuple(Outing(**written) for written in _WRITTEN["places"])
