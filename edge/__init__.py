"""Windsock: the page that fits the moment, from an edge that knows no visitor."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edge.app import Personalization

__all__ = ["Personalization"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """`edge.Personalization`, loaded when it is asked for: to import `edge` costs nothing."""
    if name == "Personalization":
        return import_module("edge.app").Personalization
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
