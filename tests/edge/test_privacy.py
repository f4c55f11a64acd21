"""What is kept is what the table says, and there is no visitor in it: a running edge, looked through from outside."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

import pytest

from edge.privacy import PLACES, SHOWN, kept
from edge.settings import SETTINGS, Settings, load
from tests.geo import DATABASE
from tests.running import children, control_of, until, written
from tests.wire import RawOrigin, Served, get

ADDRESSES: Final = ("81.2.69.160", "2001:218::77", "89.160.20.113", "198.51.100.77")
"""Some are in the geo database, one is not."""
TELLTALE: Final = (
    *ADDRESSES,
    *("Peculiar", "77.7.7", "Quaint/3"),  # of User-Agents
    *("refer.example", "somewhere-else"),  # of a Referer
    *("s3cret", "agr33d", "who@people.example", "windsock=812", "812r"),  # of cookies, and of a query
    *("Strangetown", "x-odd-one"),
)
"""Parts of what the visitors send. None may be found anywhere."""
RULES: Final = """
experience: coin
purpose: content
where: "*"
slot: "#hero"
variants: {classic: original, seen: {text: "Hello"}, far: {text: Far}}
choose:
  - when: {session.pages: "> 1", country: GB}
    show: seen
  - split: {classic: 50, far: 50}
"""
LOST: Final = """
experience: lost
purpose: content
where: "/home*"
slot: path
variants: {one: original, gone: {path: /no-such-page}}
default: one
choose: [{show: gone}]
"""


@dataclass(frozen=True)
class Left:
    """What an edge has left while it ran: what is in each file, by a name as in the table; and what it said."""

    files: dict[str, bytes]
    said: dict[str, bytes]
    settings: Settings


def _visit(edge: Served) -> None:
    """Visitors who come well and badly."""
    for number, address in enumerate(ADDRESSES):
        who = (
            f"X-Forwarded-For: {address}",
            f"User-Agent: Mozilla/5.0 (X11; Linux x86_64) Peculiar/77.7.7 Quaint/{number}3",
            "Referer: https://refer.example/somewhere-else?s=Strangetown",
            "Cookie: windsock=812; windsock-session=812r; account=s3cret; ok=yes; agr33d=no",
            "X-Odd-One: Strangetown",
            "Accept-Language: nb-NO, en;q=0.3",
        )
        for target in ("/", "/?mail=who@people.example&utm_source=Strangetown", "/home", "/broken?q=s3cret"):
            assert get(edge.port, target, *who)[0] in (200, 502)
        get(edge.port, "/", *who, "X_Forged: s3cret")
        get(edge.port, "/", *who, "Host: s3cret.example")
        get(edge.port, "/_windsock/choice", *who)
        get(edge.port, "/_windsock/choice", *who, method="POST", body=b"choice=off&note=s3cret")
        get(edge.port, "/", *who, method="POST", body=b"mail=who@people.example")


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    folder = tmp_path_factory.mktemp("edge")
    rules, temporary = written(folder / "rules"), folder / "tmp"
    temporary.mkdir()
    (rules / "hero.yaml").write_text(RULES)
    (rules / "lost.yaml").write_text(LOST)
    origin = RawOrigin()
    for path in ("/", "/home", "/?mail=who@people.example&utm_source=Strangetown"):
        origin.page(path, b'<body><h1 id="hero">x</h1></body>', "Content-Type: text/html")
    origin.answer("/broken?q=s3cret", b"nonsense\r\n\r\n")
    flags = {
        **{"store": f"sqlite:///{folder}/windsock.db", "trusted_proxies": "127.0.0.1", "geo_database": str(DATABASE)},
        **{"consent": "consented", "consent_cookie": "ok", "log_format": "json"},
    }
    arguments = [part for name, value in flags.items() for part in (f"--{name.replace('_', '-')}", value)]
    edge = Served(origin.url, rules, *arguments, environment={"TMPDIR": str(temporary)})
    try:
        _visit(edge)
        until(lambda: b"windsock_decisions_total{" in get(edge.admin, "/metrics")[2])
        said = {path: get(edge.admin, path)[2] for path in ("/metrics", "/readyz")}
        files = dict(_found(edge, folder, temporary))
        said["log"] = edge.said().encode()
        yield Left(files, said, load(environment={f"WINDSOCK_{name.upper()}": text for name, text in flags.items()}))
    finally:
        edge.close()
        origin.close()


def _found(edge: Served, store: Path, temporary: Path) -> Iterator[tuple[str, bytes]]:
    """Every file beside the store, in the run's folder, among temporary ones, and open to be written to."""
    command = Path(f"/proc/{control_of(edge)}/cmdline").read_bytes().split(b"\0")
    shared = Path(os.fsdecode(command[command.index(b"edge.control") + 1]))
    for folder in (store, temporary, shared):
        for file in (each for each in folder.rglob("*") if not each.is_dir() and "rules" not in each.parts):
            name = str(Path("windsock-x") / file.relative_to(shared)) if folder == shared else str(file)
            yield name, b"" if file.is_socket() else file.read_bytes()
    for file in _open_files({edge.process.pid, *children(edge.process.pid)}):
        name = str(file.readlink())
        if name.startswith("/memfd:"):
            yield name.removeprefix("/memfd:").partition(" ")[0], file.read_bytes()
        elif not Path(name).is_relative_to(shared):
            yield name, file.read_bytes()


def _open_files(processes: set[int]) -> Iterator[Path]:
    """The regular files that these processes have open to write to, but for their own log."""
    for handle in (file for pid in processes for file in Path(f"/proc/{pid}/fd").iterdir()):
        if handle.name in ("1", "2") or not handle.exists() or not stat.S_ISREG(handle.stat().st_mode):
            continue
        flags = int(Path(f"/proc/{handle.parts[2]}/fdinfo/{handle.name}").read_text().split()[3], 8)
        if flags & os.O_ACCMODE != os.O_RDONLY:
            yield handle


def test_each_file_that_a_running_edge_has_is_in_the_table(left: Left) -> None:
    names = [each.name for each in kept(left.settings) if each.now]
    unnamed = [file for file in left.files if not any(fnmatch(file, name) for name in names)]
    assert unnamed == []
    assert {"windsock-geo", "windsock-x/edition.json", "windsock-x/settings.json"} < left.files.keys()


@pytest.mark.parametrize("telltale", TELLTALE)
def test_no_visitor_is_in_any_file_line_or_count(left: Left, telltale: str) -> None:
    found = [
        name
        for name, content in (left.files | left.said).items()
        if name != "windsock-geo" and telltale.encode() in content
    ]
    assert found == []


def test_the_visitors_did_come(left: Left) -> None:
    assert re.search(
        rb'decisions_total\{experience="coin",reason="split",variant="\w+"\} ([1-9]|1\d)', left.said["/metrics"]
    )
    assert b'"failure"' in left.said["log"]


def test_every_row_says_what_why_and_how_long() -> None:
    rows = kept(load())
    assert all(each.what and each.why and each.until for each in rows)
    assert {each.where for each in rows} == set(PLACES)
    assert len({(each.where, each.name) for each in rows}) == len(rows)


def test_what_the_table_depends_on_are_settings() -> None:
    assert set(SHOWN) <= {setting.name for setting in SETTINGS}


@pytest.mark.parametrize(
    ("settings", "name", "now"),
    [
        ({}, "cookie windsock", True),
        ({"consent": "strict"}, "cookie windsock", False),
        ({}, "cookie windsock-session", False),
        ({"consent": "consented"}, "cookie windsock-session", False),
        ({"consent": "consented", "consent_cookie": "ok"}, "cookie windsock-session", True),
        ({"weather": "file:here.json"}, "the weather service", False),
        ({"weather": "met", "weather_contact": "a@b.example"}, "the weather service", True),
        ({}, "X-Windsock-Token", False),
        ({"debug_token": "open-sesame"}, "X-Windsock-Token", True),
    ],
)
def test_a_row_is_in_force_when_its_setting_is(settings: dict[str, str], name: str, now: bool) -> None:
    assert [each.now for each in kept(load(arguments=settings)) if each.name == name] == [now]


def test_a_store_that_is_no_file_leaves_no_file_beside_it() -> None:
    assert [each.name for each in kept(load(arguments={"store": "memory:"})) if each.where == "disk"] == [
        "windsock.secret"
    ]
