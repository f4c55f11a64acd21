"""Looks up the origin's name, in one thread at most, which nothing else waits for.

A name server that hangs keeps the thread that asked it for as long as it likes. So a lookup has a thread of its own
instead of one of the loop's, whoever needs the name while it is under way shares it, and what was known before is
used when the answer takes long or the name server is in trouble. Only "there is no such name" counts at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any, Final

Addresses = list[Any]
"""As `socket.getaddrinfo` gives them."""

Found = Addresses | OSError | UnicodeError

_PATIENCE: Final = 0.5  # seconds for a new answer where there is an old one


class Names:
    """The addresses of one host and port."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._known: Addresses = []
        self._lookup: asyncio.Future[Found] | None = None

    async def addresses(self) -> Addresses:
        """Where to connect to, as the name server says now; `socket.gaierror` when nobody knows."""
        fixed = self._of_address()
        if fixed:
            return fixed
        lookup = self._lookup = self._lookup or self._start()
        await asyncio.wait((lookup,), timeout=_PATIENCE if self._known else None)
        found = lookup.result() if lookup.done() else self._known
        if isinstance(found, list):
            return found
        if self._known and getattr(found, "errno", None) == socket.EAI_AGAIN:
            return self._known
        raise found

    def _of_address(self) -> Addresses:
        """Of a host that is an address itself; none of a name."""
        try:
            return socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except socket.gaierror:
            return []

    def _start(self) -> asyncio.Future[Found]:
        loop = asyncio.get_running_loop()
        lookup: asyncio.Future[Found] = loop.create_future()

        def ask() -> None:
            found: Found
            try:
                found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError) as error:
                found = error
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(self._answer, lookup, found)

        threading.Thread(target=ask, name="windsock-names", daemon=True).start()
        return lookup

    def _answer(self, lookup: asyncio.Future[Found], found: Found) -> None:
        self._lookup = None
        if isinstance(found, list):
            self._known = found
        if not lookup.done():
            lookup.set_result(found)
