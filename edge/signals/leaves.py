"""Addresses spread over the search tree of an `.mmdb` file, each in a network that the file says it knows.

The tree is walked from the root, level by level, a bit of the address a step (MaxMind DB 2.0, "Binary Search Tree
Section"): a node holds two records, and a record is another node, nothing, or a place in the data section. Of millions
of networks some hundred are wanted, from everywhere: where a level is wider than that, some of its nodes are followed.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final, TypeVar

from maxminddb.reader import Metadata

MOST: Final = 512
"""Networks that are told."""

Address = IPv4Address | IPv6Address
T = TypeVar("T")


def leaves(path: Path, about: Metadata) -> Iterator[Address]:
    """The first address of each network. Raises ValueError for a tree that is not whole."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        tree = _Tree(content, about)
        for found in _thinned(tree.leaves()):
            yield IPv6Address(found) if tree.bits == 128 and found >> 32 else IPv4Address(found)


def _thinned(those: list[T]) -> list[T]:
    """Not more of them than are wanted, evenly."""
    return those[:: -(-len(those) // MOST) or 1]


class _Tree:
    """The search tree in the first bytes of a file."""

    def __init__(self, content: mmap.mmap, about: Metadata) -> None:
        self.bits = 128 if about.ip_version == 6 else 32
        self._content, self._nodes, self._size = content, about.node_count, about.record_size
        if self._size not in (24, 28, 32) or not 0 < self._nodes * self._size // 4 < len(content):
            raise ValueError("no search tree")

    def leaves(self) -> list[int]:
        """Addresses of known networks."""
        found: list[int] = []
        level = [(0, 0)]  # nodes, each with the address whose first bits lead to it
        for step in reversed(range(self.bits)):
            records = [(self._record(node, side), address | side << step) for node, address in level for side in (0, 1)]
            found += (address for record, address in records if record > self._nodes)
            level = _thinned([each for each in records if each[0] < self._nodes])
        if level:
            raise ValueError("a search tree without an end")
        return found

    def _record(self, node: int, side: int) -> int:
        width = self._size // 4
        raw = self._content[node * width : node * width + width]
        if self._size != 28:
            half = width // 2
            return int.from_bytes(raw[side * half : side * half + half], "big")
        high = raw[3] & 15 if side else raw[3] >> 4
        return high << 24 | int.from_bytes(raw[4:] if side else raw[:3], "big")
