"""From the workers to the process that knows the world: which cells are wanted, how many pages were asked for.

Small datagrams over a Unix socket in the run's private directory. A worker never waits: what the other side cannot
take right now is lost, and the next visitor asks again.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from cachetools import LRUCache

from edge.signals.weather.cell import Cell, name_of, named

_AGAIN: Final = 60.0
"""Seconds until a worker asks for the same cell again."""
_LONGEST: Final = 64


class Wishes:
    """The worker's side."""

    def __init__(self, path: Path) -> None:
        self._path = str(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._asked: LRUCache[Cell, float] = LRUCache(4096)

    def weather(self, cell: Cell, now: float) -> None:
        """Somebody there could see the weather."""
        if not 0 <= now - self._asked.get(cell, -_AGAIN) < _AGAIN and self._send(b"cell " + name_of(cell).encode()):
            self._asked[cell] = now

    def pages(self, count: int) -> None:
        """So many pages were asked for since the last time."""
        if count:
            self._send(b"pages %d" % count)

    def close(self) -> None:
        """Say no more."""
        self._socket.close()

    def _send(self, message: bytes) -> bool:
        """Whether it has been taken."""
        with contextlib.suppress(OSError):
            self._socket.sendto(message, self._path)
            return True
        return False


@contextlib.contextmanager
def heard(path: Path, want: Callable[[Cell], None], pages: Callable[[int], None]) -> Iterator[None]:
    """Pass on what workers say, on the running loop, for as long as the context lasts."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as mailbox:
        mailbox.setblocking(False)
        mailbox.bind(str(path))
        loop = asyncio.get_running_loop()
        loop.add_reader(mailbox, _read, mailbox, want, pages)
        try:
            yield
        finally:
            loop.remove_reader(mailbox)
            path.unlink(missing_ok=True)


def _read(mailbox: socket.socket, want: Callable[[Cell], None], pages: Callable[[int], None]) -> None:
    for _ in range(256):  # then others get their turn
        try:
            message = mailbox.recv(_LONGEST)
        except OSError:
            return
        word, _, rest = message.decode("latin-1").partition(" ")
        cell = named(rest) if word == "cell" else None
        if cell is not None:
            want(cell)
        elif word == "pages" and rest.isdecimal() and rest.isascii():
            pages(int(rest))
