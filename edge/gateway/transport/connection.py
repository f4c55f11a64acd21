"""One socket to the origin. It carries one exchange at a time, and between two of them it must be silent.

    dialled ──► asked ──► answered ──► idle ──► asked …
                  └───────────┴──────────┴────► gone

The hygiene rule lives in `finished` and `usable`: a connection is idle only after an answer that was unambiguous and
whole, to a request that was sent to its last byte, with nothing behind it; a byte that arrives while it is idle ends
it, and so does a byte that waits in the kernel when it is taken again.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from typing import TYPE_CHECKING, Protocol, cast

import httpx

from edge.gateway.transport.deadline import Deadline

if TYPE_CHECKING:
    from edge.gateway.transport.exchange import Exchange


class Home(Protocol):
    """Where connections wait for their next exchange. `buffer` is what they all read into, one at a time."""

    buffer: memoryview

    def free(self, connection: Connection) -> None:
        """It may carry another exchange."""

    def gone(self, connection: Connection) -> None:
        """Its socket is closed."""

    def overheard(self, connection: Connection) -> None:
        """The origin has said there what nobody had asked for."""


class Connection(asyncio.BufferedProtocol):
    """The transport's end of one connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop, home: Home) -> None:
        self.deadline = Deadline(loop)
        self.exchanges = 0
        self.idle_since = 0.0
        self.closed = False
        self.loop = loop
        self._home = home
        self._buffer = home.buffer
        self._exchange: Exchange | None = None
        self._room: asyncio.Future[None] | None = None
        self._full = False
        self._ended = False

    # what the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is connected, and its TLS handshake done."""
        self._transport = cast(asyncio.Transport, transport)
        self._poll = select.poll()
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the loop's hint; the buffer is as large as it is
        """Where the loop puts what it reads; it is copied out before the loop reads anything else."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes of the answer; unasked, they end the connection."""
        if self._exchange is None:
            self.abort()
            self._home.overheard(self)
        else:
            self._exchange.received(self._buffer[:nbytes].tobytes())

    def eof_received(self) -> None:
        """The origin has closed its side; ours follows."""
        self._ended = True
        if self._exchange is not None:
            self._exchange.ended()

    def connection_lost(self, exc: Exception | None) -> None:
        """The socket is closed."""
        self.closed = True
        self.deadline.close()
        self._make_room()
        if self._exchange is not None:
            self._exchange.lost(exc)
        self._home.gone(self)

    def pause_writing(self) -> None:
        """The origin reads more slowly than we write."""
        self._full = True

    def resume_writing(self) -> None:
        """It has caught up."""
        self._full = False
        self._make_room()

    # what an exchange and the pool call

    def begin(self, exchange: Exchange, head: bytes) -> None:
        """Send a request's head; what arrives from now on is the exchange's."""
        self.exchanges += 1
        self._exchange = exchange
        self._transport.write(head)

    async def write(self, data: bytes, limit: float | None) -> None:
        """Send these bytes; waits at most `limit` seconds for the origin to read."""
        self._check()
        self._transport.write(data)
        if not self._full:
            return
        self._room = self.loop.create_future()
        self.deadline.set(limit, self._stuck)
        try:
            await self._room
        finally:
            self.deadline.clear()
        self._check()

    def readable(self) -> bool:
        """Whether bytes, or the end, wait in the kernel."""
        return bool(self._poll.poll(0))

    def finished(self, reusable: bool, surplus: bool = False) -> None:
        """The exchange is over; `reusable` is its word that nothing is open, `surplus` that more than it came."""
        self._exchange = None
        if surplus:
            self._home.overheard(self)
        self.deadline.clear()
        if reusable and not self._gone() and not self._transport.get_write_buffer_size():
            self._home.free(self)
        else:
            self.abort()

    def usable(self) -> bool:
        """Whether an idle connection can be asked again."""
        return not self._gone() and not self.readable()

    def pause(self) -> None:
        """Stop reading: the visitor reads more slowly than the origin sends."""
        self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        self._transport.resume_reading()

    def abort(self) -> None:
        """Close at once; what was not sent is not sent."""
        self._transport.abort()

    def cut_off(self) -> bool:
        """Whether TLS ended without its closing alert, so that anyone on the way may have ended it (RFC 9112 §9.8)."""
        tls = self._transport.get_extra_info("ssl_object")
        if tls is None:
            return False
        try:
            tls.read(1)
        except ssl.SSLZeroReturnError:
            return False
        except ssl.SSLError:
            return True
        return False

    def _gone(self) -> bool:
        return self.closed or self._ended or self._transport.is_closing()

    def _check(self) -> None:
        if self._gone():
            raise httpx.WriteError("the origin disconnected while it was written to")

    def _make_room(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    def _stuck(self) -> None:
        if self._exchange is not None:
            self._exchange.fail(httpx.WriteTimeout("the origin did not read the request in time"))
