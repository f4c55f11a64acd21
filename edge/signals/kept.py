"""The last good copy of the geo database, where it outlives the process that made it.

A message that waits in a socket holds the open file that it carries (`SCM_RIGHTS`, unix(7)), for as long as anybody has
the socket open. So the process that starts the control process opens a pair of sockets and has nothing else to do: the
control process leaves its copy in there, and the next one finds it.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import orjson

_INT: Final = struct.Struct("i")
_LONGEST: Final = 16_384
"""Bytes of what is said of a copy; a path has 4,096 at most."""


def pair() -> tuple[socket.socket, socket.socket]:
    """The two ends, for the process that stays."""
    return socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)


class Kept:
    """The file that is kept, and what was said of it. Nobody waits here: what there is no room for is not kept."""

    def __init__(self, ends: tuple[socket.socket, socket.socket]) -> None:
        self._to, self._out = ends
        for end in ends:
            end.setblocking(False)

    @classmethod
    def inherited(cls, handles: Sequence[int]) -> Kept | None:
        """By the numbers of the two ends in this process; None without them."""
        return cls((socket.socket(fileno=handles[0]), socket.socket(fileno=handles[1]))) if len(handles) == 2 else None

    def keep(self, handle: int, about: dict[str, Any]) -> None:
        """This open file from now on, and no other."""
        with suppress(OSError):
            while (before := self._read()) is not None:
                os.close(before[0])
            socket.send_fds(self._to, [orjson.dumps(about)], [handle])

    def last(self) -> tuple[int, Any] | None:
        """A handle of our own for the file, and what was said of it; it stays kept."""
        with suppress(OSError, ValueError):
            return self._read(socket.MSG_PEEK)
        return None

    def _read(self, flags: int = 0) -> tuple[int, Any] | None:
        """The file that is kept; it is not any more without MSG_PEEK. `socket.recv_fds` does not heed flags."""
        try:
            said, ancillary, _, _ = self._out.recvmsg(_LONGEST, socket.CMSG_LEN(_INT.size), flags)
        except BlockingIOError:
            return None
        if not ancillary:
            return None  # this process may open no more files
        handle: int = _INT.unpack(ancillary[0][2])[0]
        os.set_inheritable(handle, False)
        return handle, orjson.loads(said)
