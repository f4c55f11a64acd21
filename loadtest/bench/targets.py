"""What is measured: servers, and what they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from loadtest.bench import nginx
from loadtest.bench.apps import ORIGIN
from loadtest.bench.cores import SERVER
from loadtest.bench.missing import BenchError, beside_python
from loadtest.bench.page import page
from loadtest.bench.rounds import Gate
from loadtest.bench.server import Server, free_port

PLAIN: Final = "/page.html"
PERSONAL: Final = "/personal.html"
_RULES: Final = Path(__file__).with_name("rules")


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the table: a server, and the path that it is asked for."""

    name: str
    server: str
    what: str
    path: str = PLAIN


TARGETS: Final = (
    Target("nginx", "nginx", "nginx `proxy_pass`"),
    Target("bare", "bare", "bare ASGI app on granian"),
    Target("own", "own", "windsock, page without experiences"),
    Target("httpx", "httpx", "the same with `origin_transport=httpx`"),
    Target("personal", "own", "windsock, page with three slots", PERSONAL),
    Target("stock", "stock", "proxy on stock `httpx.AsyncClient`, granian"),
)
GATES: Final = (
    Gate("own", "nginx", 5, "a page passes through for at most 5 × nginx `proxy_pass`"),
    Gate("own", "stock", 1 / 8, "… and for at most 1/8 (0.125 ×) of stock httpx"),
)


def chosen(names: Iterable[str]) -> tuple[Target, ...]:
    """The targets of these names, all without one. BenchError for a name that is none."""
    wanted = set(names)
    known = [target.name for target in TARGETS]
    for name in sorted(wanted - set(known)):
        raise BenchError(f"there is no target {name!r}; choose from {', '.join(known)}")
    return tuple(target for target in TARGETS if not wanted or target.name in wanted)


@contextmanager
def running(targets: Iterable[Target], folder: Path) -> Iterator[dict[str, Server]]:
    """The servers of these targets by name, each checked to serve what it should."""
    targets = tuple(targets)
    with ExitStack() as stack:
        origin = stack.enter_context(nginx.origin(folder, _files(folder)))
        origin.wait(PLAIN)
        servers: dict[str, Server] = {}
        for target in targets:
            if target.server not in servers:
                servers[target.server] = stack.enter_context(_start(target.server, folder, origin))
            _check(target, servers[target.server])
        yield servers


def _files(folder: Path) -> Path:
    root = folder / "site"
    root.mkdir()
    for path in (PLAIN, PERSONAL):
        (root / path.lstrip("/")).write_bytes(page())
    return root


def _start(name: str, folder: Path, origin: Server) -> Server:
    if name == "nginx":
        return nginx.proxy(folder, origin)
    if name in ("bare", "stock"):
        return _granian(name, "bare" if name == "bare" else "proxy", folder, origin)
    return edge(name, folder, origin)


def _granian(name: str, app: str, folder: Path, origin: Server) -> Server:
    port = free_port()
    command = [beside_python("granian"), "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--log-level", "warning", f"loadtest.bench.apps:{app}"]
    return Server(name, command, port, SERVER, folder, {ORIGIN: origin.url, "PYTHONPATH": _above()})


def _above() -> str:
    """The folder that holds the package `loadtest`."""
    return str(Path(__file__).parents[2])


def edge(transport: str, folder: Path, origin: Server) -> Server:
    """`windsock serve` with one worker and that transport."""
    port, home = free_port(), folder / f"windsock-{transport}"
    home.mkdir()
    command = [beside_python("windsock"), "serve", "--origin", origin.url, "--origin-transport", transport]
    command += ["--listen", f"127.0.0.1:{port}", "--admin", f"127.0.0.1:{free_port()}", "--workers", "1"]
    command += ["--rules", str(_RULES), "--store", f"sqlite:///{home}/windsock.db"]
    return Server(f"windsock-{transport}", command, port, SERVER, folder)


def _check(target: Target, server: Server) -> None:
    """What is fast and wrong would be measured in vain."""
    same = server.wait(target.path) == page()
    if same is (target.path == PERSONAL):
        raise BenchError(f"{server.name} does not serve the page of {target.path} as it should")
