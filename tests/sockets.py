"""WebSocket conversations over raw sockets: an origin that follows a script, a visitor who speaks frame by frame."""

from __future__ import annotations

import base64
import hashlib
import socket
from collections.abc import Callable
from typing import Any

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import CloseConnection, Event

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Socket:
    """One end of a WebSocket after its handshake."""

    def __init__(self, kind: ConnectionType, connection: socket.socket, rest: bytes = b"") -> None:
        self.raw = connection
        self._frames = Connection(kind)
        self._frames.receive_data(rest)
        self._events: list[Event] = []

    def say(self, event: Event) -> None:
        """Send one event."""
        self.raw.sendall(self._frames.send(event))

    def hear(self) -> Any:
        """The next event; the loss of the connection is a close with 1006."""
        while not self._events:
            self._events = list(self._frames.events())
            if not self._events:
                self._frames.receive_data(self.raw.recv(65536) or None)
        return self._events.pop(0)

    def message(self) -> str | bytes:
        """The next whole message."""
        parts: list[Any] = []
        while True:
            event = self.hear()
            assert not isinstance(event, CloseConnection), event
            if hasattr(event, "message_finished"):
                parts.append(event.data)
                if event.message_finished:
                    whole: str | bytes = type(parts[0])().join(parts)
                    return whole

    def close(self) -> CloseConnection:
        """Wait for the other side's close, and answer it where ours was not first."""
        while not isinstance(event := self.hear(), CloseConnection):
            pass
        if self._frames.state is ConnectionState.REMOTE_CLOSING:
            self.say(event.response())
        return event


def accepting(script: Callable[[Socket], None], *fields: str) -> Callable[[bytes, socket.socket], None]:
    """An origin's answer: accept the handshake with these fields, then follow the script."""

    def answer(head: bytes, connection: socket.socket) -> None:
        key = next(line[18:].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()
        lines = [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept}",
            *fields,
        ]
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        connection.settimeout(5)
        script(Socket(ConnectionType.SERVER, connection))

    return answer


def handshake(port: int, target: str, *fields: str) -> tuple[bytes, bytes, socket.socket]:
    """Ask for a WebSocket: the answer's head, what came behind it, and the connection."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    return *request(connection, target, *fields), connection


def request(connection: socket.socket, target: str, *fields: str) -> tuple[bytes, bytes]:
    """The same on a connection that is there already."""
    lines = [
        f"GET {target} HTTP/1.1",
        "Host: site.example",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        *fields,
    ]
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
    said = b""
    while b"\r\n\r\n" not in said:
        data = connection.recv(65536)
        if not data:
            break
        said += data
    head, _, rest = said.partition(b"\r\n\r\n")
    return head, rest


def opened(port: int, target: str, *fields: str) -> Socket:
    """A WebSocket to the edge; fails when it is refused."""
    head, rest, connection = handshake(port, target, *fields)
    assert head.startswith(b"HTTP/1.1 101 "), head
    return Socket(ConnectionType.CLIENT, connection, rest)
