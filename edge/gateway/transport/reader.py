"""Reads one answer from the bytes of a connection; knows neither sockets nor time.

    nothing ──► heads (1xx are skipped, a bounded number) ──► body ──► done
        any of them ──► Refused

The same bytes give the same answer however they are cut.
"""

from __future__ import annotations

from typing import Final

from edge.gateway.transport import head as heads
from edge.gateway.transport.body import Body, body_of
from edge.gateway.transport.framing import PLAIN, Refused
from edge.gateway.transport.head import Head

_MOST_INTERIM: Final = 16


class Reader:
    """The answer to one request: `head` once it is known, then content, then `done`.

    `method` decides whether a body follows (RFC 9112 §6.3), `upgrade` whether 101 may be answered. `untouched` until
    the first byte; `surplus` when bytes follow the answer; `persistent` when the connection may carry another.
    """

    head: Head | None = None
    interim = 0
    untouched = persistent = True
    done = surplus = False

    _pending = b""
    _body: Body | None = None

    def __init__(self, method: str, upgrade: bool = False) -> None:
        self._method = method
        self._upgrade = upgrade

    def feed(self, data: bytes) -> bytes:
        """The content of the body in these bytes; `Refused` when they cannot be read in exactly one way."""
        self.untouched = False
        body = self._body
        if body is None:
            data = self._heads(data)
            body = self._body
            if body is None or not data:
                return b""
            if body.done:
                self.surplus = True
                return b""
        content = body.feed(data)
        self.done, self.surplus = body.done, body.surplus
        return content

    def close(self, cut_off: bool = False) -> None:
        """The origin has closed: the end of a body without length, or `Refused` with what is missing.

        `cut_off` when the close itself is in doubt: then such a body is not known to be whole.
        """
        if self.untouched:
            raise Refused("the origin disconnected without an answer")
        if self._body is None:
            raise Refused("the origin disconnected within the head of its answer")
        lacking = self._body.lacking() or ("TLS was closed" if cut_off else "")
        if lacking and not self._body.done:
            raise Refused(f"the origin closed the connection before {lacking}")
        self.done = self._body.done = True

    def _heads(self, data: bytes) -> bytes:
        """Reads heads up to the final one; what follows that."""
        pending = self._pending + data
        while self.head is None:
            end = pending.find(b"\r\n\r\n", 0, heads.MOST_BYTES) + 4
            if end < 4:
                heads.check_begun(pending)
                self._pending = pending
                return b""
            self._take(heads.read(pending[:end]))
            pending = pending[end:]
        self._pending = b""
        return pending

    def _take(self, head: Head) -> None:
        if head.status == 101 and not self._upgrade:
            raise Refused("101 was answered unasked")
        bodiless = head.status < 200 or head.status == 204
        self.persistent = self.persistent and head.persistent and not (bodiless and _announces(head))
        if head.status >= 200 or head.status == 101:
            self.head = head
            self._body = body = body_of(head, self._method)
            self.done = body.done
            return
        self.interim += 1
        if self.interim > _MOST_INTERIM:
            raise Refused(f"more than {_MOST_INTERIM} interim answers")


def _announces(head: Head) -> bool:
    """Whether a body is announced where there can be none: the origin may well send it."""
    return head.framing is not PLAIN and (head.framing.chunked or bool(head.framing.length))
