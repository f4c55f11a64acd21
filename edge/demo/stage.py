"""The demo's processes: a shop, an edge in front of it, and a door in front of that, on loopback only.

The edge is the real command, started as an operator would start it. Its database and logs live in a folder of their
own that goes away with the stage; settings of the surroundings (`WINDSOCK_…`, `windsock.toml`) play no part.
"""

from __future__ import annotations

import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, Self

from edge.demo.door import SITE_VARIABLE
from edge.demo.process import Process
from edge.errors import WindsockError

_LOOPBACK: Final = "127.0.0.1"
_NOT_OURS: Final = ("WINDSOCK_", "PROMETHEUS_MULTIPROC_DIR")
_NOTHING: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each part of the demo answers."""

    shop: str  # the site itself
    site: str  # the site through the edge
    admin: str  # the edge's private listener
    door: str  # the site through the edge, as a persona; empty without a door


class Stage:
    """Shop, edge and door; a context manager that starts them and leaves nothing behind.

    `rules` is the folder that the edge serves, by default the one that comes with Windsock.
    """

    def __init__(self, rules: Path | None = None, *, door: bool = True) -> None:
        self._rules, self._door = rules, door
        self._processes: list[Process] = []
        self._cleanup = ExitStack()
        self.debug_token: Final = secrets.token_urlsafe(24)
        self.at = Addresses("", "", "", "")
        self.store = Path()
        """The edge's event log, once it has started."""

    def __enter__(self) -> Self:
        with ExitStack() as guard:
            guard.callback(self.close)
            self._start()
            guard.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process, the last started first."""
        try:
            for process in reversed(self._processes):
                process.ask_to_end()
        finally:
            with ExitStack() as all_of_them:
                all_of_them.callback(self._cleanup.close)
                for process in self._processes:
                    all_of_them.callback(process.end)
            self._processes.clear()

    def check(self) -> None:
        """Raise WindsockError when a process has ended on its own."""
        for process in self._processes:
            if not process.running:
                raise WindsockError(f"a part of the demo has ended: {process.last_words()}")

    def _start(self) -> None:
        folder = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory(prefix="windsock-demo-")))
        self.store = folder / "windsock.db"
        rules = self._rules or self._cleanup.enter_context(as_file(files("rules") / "site"))
        weather = self._cleanup.enter_context(as_file(files("edge.demo") / "weather.json"))
        site, admin, door, shop = _free_ports(8080, 8081, 8082, 8083)
        self.at = Addresses(_url(shop), _url(site), _url(admin), _url(door) if self._door else "")
        token = {"WINDSOCK_DEBUG_TOKEN": self.debug_token}  # not on a command line, where everybody may read it
        self._run(folder, "the shop", _served("edge.demo.shop.app:app", shop), self.at.shop)
        edge = (*_edge(self.at, rules.resolve(), self.store), *_surroundings(weather.resolve()))
        self._run(folder, "the edge", edge, f"{self.at.admin}/readyz", token)
        if self._door:
            served = _served("edge.demo.door:app", door, "--factory")
            self._run(folder, "the door", served, f"{self.at.door}/as/", {SITE_VARIABLE: self.at.site})
        for process in self._processes:
            process.wait()

    def _run(
        self, folder: Path, name: str, command: tuple[str, ...], ready: str, told: Mapping[str, str] = _NOTHING
    ) -> None:
        log = folder / f"{name.rpartition(' ')[2]}.log"
        around = {key: value for key, value in os.environ.items() if not key.startswith(_NOT_OURS)}
        self._processes.append(Process(name, command, ready, log, {**around, **told}))


def _edge(at: Addresses, rules: Path, store: Path) -> tuple[str, ...]:
    serve = (sys.executable, "-P", "-m", "edge.cli", "serve", "--workers", "1", "--rules", str(rules))
    listeners = ("--listen", at.site.removeprefix("http://"), "--admin", at.admin.removeprefix("http://"))
    return (*serve, *listeners, "--origin", at.shop, "--store", f"sqlite:///{store}")


def _surroundings(weather: Path) -> tuple[str, ...]:
    """Where visitors are say the fields of a CDN, believed because it stands on this machine; the sky is a file."""
    return ("--cdn", "cloudflare", "--trusted-proxies", _LOOPBACK, "--weather", f"file:{weather}")


def _served(app: str, port: int, *more: str) -> tuple[str, ...]:
    server = (sys.executable, "-P", "-m", "granian", "--interface", "asgi", "--workers", "1", "--no-ws")
    return (*server, "--log-level", "warning", "--host", _LOOPBACK, "--port", str(port), *more, app)


def _url(port: int) -> str:
    return f"http://{_LOOPBACK}:{port}"


def _free_ports(*wishes: int) -> list[int]:
    """Give a free port for each wish: that very one where nobody has it. All differ."""
    with ExitStack() as held:
        return [_take(wish, held) for wish in wishes]


def _take(wish: int, held: ExitStack) -> int:
    for port in (wish, 0):
        taken = held.enter_context(socket.socket())
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # also just after a demo has ended
        try:
            taken.bind((_LOOPBACK, port))
        except OSError:
            continue
        return int(taken.getsockname()[1])
    raise WindsockError(f"no port is free on {_LOOPBACK}; end what holds them and try again")
