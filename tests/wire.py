"""Conversations over raw sockets: a scripted origin, and an edge that is a real server.

The origin says exactly the bytes of its script and remembers exactly the bytes it was sent. The edge is
`windsock serve` in its own processes, started once for all tests that can share it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

LOCAL: set[int] = set()
"""Ports of private listeners, which are asked by a name of this machine."""

Script = Callable[[bytes, socket.socket], None]
"""Answers one request on a connection: gets its head, writes to the socket."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RawOrigin:
    """An origin that answers by path with raw bytes. `heads` holds each request head as it arrived."""

    def __init__(self, port: int = 0) -> None:
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self.answers: dict[bytes, bytes | Script] = {}
        self._connections: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", port), backlog=1024)
        self.port = int(self._listener.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def answer(self, path: str, raw: bytes | Script) -> None:
        """What to say when asked for that target."""
        self.answers[path.encode()] = raw

    def page(self, path: str, body: bytes, *fields: str, status: str = "200 OK") -> None:
        """A complete answer with a length."""
        lines = [
            f"HTTP/1.1 {status}",
            *(fields or ("Content-Type: text/html; charset=utf-8",)),
            f"Content-Length: {len(body)}",
        ]
        self.answer(path, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)

    def head(self, target: str) -> bytes:
        """The last request head that arrived for that target."""
        return next(head for head in reversed(self.heads) if head.split(b" ")[1] == target.encode())

    def close(self) -> None:
        """Stop listening, and hang up on everyone."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # a waiting accept would hold the port
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._connections.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            pending = b""
            while True:
                while b"\r\n\r\n" not in pending:
                    data = connection.recv(65536)
                    if not data:
                        return
                    pending += data
                head, _, pending = pending.partition(b"\r\n\r\n")
                self.heads.append(head)
                pending = self._body(head, pending, connection)
                answer = self.answers.get(head.split(b" ")[1], b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                if callable(answer):
                    answer(head, connection)
                    return
                connection.sendall(answer)

    def _body(self, head: bytes, pending: bytes, connection: socket.socket) -> bytes:
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        if b"transfer-encoding: chunked" in head.lower():
            while not pending.endswith(b"0\r\n\r\n"):
                pending += _more(connection)
            self.bodies.append(pending)
            return b""
        while len(pending) < length:
            pending += _more(connection)
        if length:
            self.bodies.append(pending[:length])
        return pending[length:]


def _more(connection: socket.socket) -> bytes:
    """The next bytes; ConnectionError at the end of them."""
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError("the upload broke off")
    return data


def talk(port: int, raw: bytes, until: Callable[[bytes], bool] | None = None, timeout: float = 5.0) -> bytes:
    """Send these bytes and read until the server closes, `until` is content, or nothing comes for `timeout` s."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(raw)
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while until is None or not until(said):
                data = connection.recv(65536)
                if not data:
                    break
                said += data
    return said


def get(port: int, target: str = "/", *fields: str, method: str = "GET", body: bytes = b"") -> tuple[int, bytes, bytes]:
    """One request on a connection of its own: status, the raw head, the body as framed on the wire."""
    length = (f"Content-Length: {len(body)}",) if body else ()
    host = "localhost" if port in LOCAL else "site.example"
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", *fields, *length]
    raw = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
    head, _, rest = talk(port, raw).partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), head, rest


def field(head: bytes, name: str) -> list[str]:
    """All values of a field in a raw head, in order."""
    wanted = name.lower().encode() + b":"
    lines = head.split(b"\r\n")[1:]
    return [line.partition(b":")[2].strip().decode("latin-1") for line in lines if line.lower().startswith(wanted)]


class Served:
    """A running `windsock serve`."""

    def __init__(
        self,
        origin: str,
        rules: Path,
        *flags: str,
        environment: Mapping[str, str] | None = None,
        under: tuple[str, ...] = (),
    ) -> None:
        self.port, self.admin, self.rules = free_port(), free_port(), rules
        LOCAL.add(self.admin)
        self._store = tempfile.TemporaryDirectory()
        self.log = Path(self._store.name) / "log"
        command = [
            *(*under, sys.executable, "-m", "edge.cli", "serve", "--origin", origin, "--rules", str(rules)),
            *("--listen", f"127.0.0.1:{self.port}", "--admin", f"127.0.0.1:{self.admin}"),
            *("--store", f"sqlite:///{self._store.name}/windsock.db", "--workers", "1", *flags),
        ]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}
            )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + 30
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                if get(self.admin, "/readyz")[0] == 200:
                    socket.create_connection(("127.0.0.1", self.port)).close()
                    return
            time.sleep(0.05)
        self.close()
        raise AssertionError(f"the edge did not start: {self.said()}")

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text(errors="replace")

    def says(self, text: str) -> bool:
        """Whether its log holds this text, now or in a moment."""
        end = time.monotonic() + 5
        while text not in self.said():
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        return True

    def close(self) -> None:
        """End it as an operator would."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise
        text = self.said()
        self._store.cleanup()
        self.log = Path(os.devnull)
        self.__dict__["said"] = lambda: text


@contextlib.contextmanager
def served(origin: str, rules: Path, *flags: str) -> Iterator[Served]:
    """An edge for the time of a block."""
    edge = Served(origin, rules, *flags)
    try:
        yield edge
    finally:
        edge.close()
