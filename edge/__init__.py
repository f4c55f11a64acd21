"""Windsock: the page that fits the moment, from an edge that knows no visitor."""

__version__ = "0.1.0"
