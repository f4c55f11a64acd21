"""A running edge with one rule, as an operator and its visitors see it: pages, counts, readiness, processes."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from tests.wire import RawOrigin, Served, get

BODY: Final = b'<!doctype html><body><h1 id="hero">Classic</h1></body>'
HERO: Final = """
experience: hero
purpose: content
where: "*"
slot: "#hero"
variants: {classic: original, phone: {text: Phone}}
choose: [{show: phone}]
"""
TOKEN: Final = "open-sesame"
VISITOR: Final = "203.0.113.77"
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) Peculiar/77.7 Browser"


def edited(form: str = "Phone") -> bytes:
    """The page that everybody gets."""
    return BODY.replace(b"Classic", form.encode())


def rule(form: str = "Phone") -> str:
    """The rule that makes it."""
    return HERO.replace("text: Phone", f"text: {form}")


def site() -> RawOrigin:
    """An origin with one page, and paths that belong to the edge elsewhere."""
    origin = RawOrigin()
    for path in ("/", "/healthz", "/readyz", "/metrics", "/explain"):
        origin.page(path, BODY)
    return origin


def written(folder: Path) -> Path:
    """The folder, made, with the one rule."""
    folder.mkdir()
    (folder / "hero.yaml").write_text(HERO)
    return folder


@contextlib.contextmanager
def serving(origin: RawOrigin, rules: Path, *flags: str) -> Iterator[Served]:
    """An edge whose store outlives it."""
    served = Served(origin.url, rules, "--store", f"sqlite:///{rules.parent}/windsock.db", *flags)
    try:
        yield served
    finally:
        served.close()


def until(done: Callable[[], Any], seconds: float = 10.0) -> float:
    """Ask again and again; the seconds that it took."""
    start = time.monotonic()
    while not done():
        assert time.monotonic() - start < seconds, "not in time"
        time.sleep(0.01)
    return time.monotonic() - start


def ready(served: Served) -> dict[str, Any]:
    """What /readyz says."""
    answer: dict[str, Any] = json.loads(get(served.admin, "/readyz")[2])
    return answer


def everywhere(served: Served) -> bool:
    """Whether all workers serve the current edition."""
    said = ready(served)
    return set(said["workers"].values()) == {said["edition"]}


def page(served: Served) -> bytes:
    """The start page, fetched over a connection of its own."""
    status, _, body = get(served.port, "/", f"User-Agent: {AGENT}", f"X-Forwarded-For: {VISITOR}")
    assert status == 200
    return body


def children(pid: int) -> set[int]:
    """The processes that it has started, and theirs."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.add(int(stat.parent.name))
    return found.union(*map(children, found))


def control_of(served: Served) -> int:
    """The control process."""
    return next(pid for pid in children(served.process.pid) if b"edge.control" in _command(pid))


def _command(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def counted(served: Served, name: str, **labels: str) -> float:
    """The sum of a metric over all workers, for these labels."""
    text = get(served.admin, "/metrics")[2].decode()
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    lines = [line for line in text.splitlines() if line.startswith((name + "{", name + " "))]
    return sum(float(line.rpartition(" ")[2]) for line in lines if all(each in line for each in wanted))


class Visitors:
    """People who come one after the other while something else happens; each over a connection of its own."""

    def __init__(self, served: Served) -> None:
        self.pages: list[tuple[float, bytes]] = []  # (when the request was sent, the page)
        self.failures: list[object] = []
        self._served, self._over = served, threading.Event()
        self._threads = [threading.Thread(target=self._come) for _ in range(2)]

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _come(self) -> None:
        while not self._over.is_set():
            at = time.monotonic()
            try:
                self.pages.append((at, page(self._served)))
            except (AssertionError, OSError, ValueError, IndexError) as error:
                self.failures.append(error)

    def more(self, number: int = 30) -> None:
        """Wait until so many more have come."""
        enough = len(self.pages) + number
        until(lambda: len(self.pages) >= enough or self.failures)


def alive(processes: set[int]) -> set[int]:
    """Those that have not ended."""
    return {pid for pid in processes if Path(f"/proc/{pid}").exists()}


@contextlib.contextmanager
def visit(port: int, path: str) -> Iterator[socket.socket]:
    """A visitor who has asked, and reads at leisure."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        yield connection


def refuses(port: int) -> bool:
    """Whether nobody listens there any more."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def answers(port: int) -> bool:
    """Whether the private listener is there and ready."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        return get(port, "/readyz")[0] == 200
    return False
