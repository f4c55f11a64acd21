"""How much work a page may be: counted, not timed, so that the same page always has the same fate.

A thread that reads a page cannot be stopped from outside, and a clock would stop another page on a busy day than on a
quiet one. So all work that grows with the page is paid for before it is done. A step is about 10 ns on the build
machine: what a parser needs for one byte; a tag costs as much as 25 of them.
"""

from __future__ import annotations

from typing import Final

ENOUGH: Final = 200_000_000
"""Steps for one page: one second or two, on the build machine."""

_TAG: Final = 25


def weight(page: bytes) -> int:
    """Steps to read a page once with a parser."""
    return len(page) + _TAG * page.count(b"<")


class TooSlowError(Exception):
    """There is not enough left for what has to be done."""


class Steps:
    """What is left to spend on one page."""

    def __init__(self, left: int = ENOUGH) -> None:
        self.left = left

    def spend(self, steps: int) -> None:
        """Pay for work before it is done. TooSlowError: there is not enough left for that; something smaller may do."""
        if steps > self.left:
            raise TooSlowError
        self.left -= steps
