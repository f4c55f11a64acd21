"""Two readers of one answer: ours, and h11 as the oracle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import h11

from edge.gateway.transport.framing import Refused
from edge.gateway.transport.reader import Reader


@dataclass(frozen=True, slots=True)
class Read:
    """What a reader made of the bytes of a connection that was then closed."""

    status: int
    fields: tuple[tuple[bytes, bytes], ...]
    body: bytes
    surplus: bool


def ours(method: str, pieces: Iterable[bytes]) -> Read | None:
    """Our reading; None when refused."""
    reader = Reader(method)
    body = b""
    surplus = False
    try:
        for piece in pieces:
            if reader.done:
                surplus = surplus or bool(piece)
            else:
                body += reader.feed(piece)
        if not reader.done:
            reader.close()
    except Refused:
        return None
    assert reader.head is not None
    return Read(reader.head.status, tuple(reader.head.fields), body, surplus or reader.surplus)


def oracle(method: str, raw: bytes) -> Read | None:
    """h11's reading; None when refused."""
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=65_536)
    connection.send(h11.Request(method=method, target="/", headers=[("Host", "site.example")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(raw)
    connection.receive_data(b"")
    head: h11.Response | None = None
    body = b""
    try:
        while not isinstance(event := connection.next_event(), h11.EndOfMessage):
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif not isinstance(event, h11.InformationalResponse):
                return None
    except h11.RemoteProtocolError:
        return None
    assert head is not None
    fields = tuple((bytes(name), bytes(value)) for name, value in head.headers.raw_items())
    return Read(head.status_code, fields, body, bool(connection.trailing_data[0]))


def alike(fields: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Fields without what h11 changes: it lowers the coding, and keeps the first of repeated lengths, not the last."""
    lowered = [
        (name.lower(), value.lower() if name.lower() == b"transfer-encoding" else value) for name, value in fields
    ]
    return sorted(lowered, key=lambda pair: pair[0].lower() == b"content-length")
