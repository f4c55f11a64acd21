"""`windsock loadtest`: many visitors at once, through Locust."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from ipaddress import ip_address
from typing import Annotated, Final
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from edge.demo.stage import Stage
from edge.errors import WindsockError
from loadtest import run as locust
from loadtest.result import Result, Spread

_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}

_Users = Annotated[int, typer.Option(min=1, metavar="N", help="How many visitors there are at a time.")]
_Duration = Annotated[str, typer.Option(metavar="T", help="How long: 30s, 5m, 1h.")]
_Host = Annotated[str, typer.Option(metavar="URL", help="The site to visit; without it, the demo's shop is started.")]
_Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before sending visitors to another machine.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def loadtest(
    users: _Users = 20, duration: _Duration = "30s", host: _Host = "", yes: _Yes = False, as_json: _Json = False
) -> int:
    """Send many visitors at once and print throughput, page latency and decision time.

    Exits with 0, or with 1 if a page failed.
    """
    seconds = seconds_of(duration)
    if not locust.available():
        raise WindsockError("windsock loadtest needs Locust, which is not installed: pip install 'windsock[loadtest]'")
    if host:
        _allowed(host, users, yes)
    with _site(host) as (url, start), _progress(seconds) as progress:
        try:
            result = locust.run(url, users, seconds, start, progress)
        except locust.RunError as error:
            raise WindsockError(str(error)) from error
    _tell(result, url, users, seconds, as_json)
    if not result.pages:
        raise WindsockError(f"no page was asked for in {duration}; give --duration more time")
    return 1 if result.failed else 0


def seconds_of(duration: str) -> float:
    """Read a duration such as 30s, 5m or 1h; without a unit it is seconds."""
    found = re.fullmatch(r"(\d{1,6})\s*([smh]?)", duration.strip())
    if not found or int(found[1]) == 0:
        raise WindsockError(f"--duration {duration!r} is not a time; write 30s, 5m or 1h")
    return float(found[1]) * _UNITS[found[2]]


def loopback(host: str) -> bool:
    """Tell whether a URL names this machine. WindsockError when it is no http URL."""
    parts = urlsplit(host)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WindsockError(f"--host {host!r} is not a site; write http://127.0.0.1:8080")
    try:
        return ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"


def _allowed(host: str, users: int, yes: bool) -> None:
    if loopback(host) or yes:
        return
    if not sys.stdin.isatty():
        raise WindsockError(f"{host} is another machine; add --yes if you may send it {users} visitors at a time")
    if not typer.confirm(f"Send {users} visitors at a time to {host}? Do it only where you may.", err=True):
        raise WindsockError("nothing was sent")


@contextlib.contextmanager
def _site(host: str) -> Iterator[tuple[str, str]]:
    """Give the site's URL and the first page of every visit; the demo's shop when no host is named."""
    if host:
        yield host.rstrip("/"), "/"
        return
    with Stage(door=False) as stage:
        yield stage.at.site, ""


@contextlib.contextmanager
def _progress(seconds: float) -> Iterator[Callable[[float], None]]:
    """Show how far the run is, on a terminal only."""
    console = Console(stderr=True)
    columns = (TextColumn("visitors are walking"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=seconds)
        yield lambda share: bar.update(task, completed=share * seconds)


def _tell(result: Result, url: str, users: int, seconds: float, as_json: bool) -> None:
    if as_json:
        print(json.dumps(_document(result, url, users, seconds)))
        return
    console = Console(highlight=False)
    console.print(f"{users} visitors at a time for {seconds:.0f} s on {url}")
    console.print(f"{result.pages:,} pages, {result.per_second:.1f} a second, {result.failed:,} failed")
    console.print(_table(result))
    for failure, count in result.failures.items():
        console.print(f"failed: {failure}, {count:,} times", markup=False, soft_wrap=True)


def _document(result: Result, url: str, users: int, seconds: float) -> dict[str, object]:
    return {
        "host": url,
        "users": users,
        "seconds": seconds,
        "pages": result.pages,
        "failed": result.failed,
        "failures": dict(result.failures),
        "pages_per_second": round(result.per_second, 3),
        "page_ms": asdict(result.page) if result.page else None,
        "decision_ms": asdict(result.decision) if result.decision else None,
    }


def _table(result: Result) -> Table:
    table = Table("milliseconds", "p50", "p95", "p99")
    for name, spread, digits in (("page", result.page, 0), ("decision", result.decision, 3)):
        table.add_row(name, *_cells(spread, digits))
    return table


def _cells(spread: Spread | None, digits: int) -> tuple[str, ...]:
    if spread is None:
        return ("–", "–", "–")
    return tuple(f"{value:.{digits}f}" for value in (spread.p50, spread.p95, spread.p99))
