"""Who is heard at the beacon's address, and what is answered."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from edge.beacon.cap import AT_ONCE, Cap
from edge.beacon.endpoint import Beacon
from edge.events.log import Log
from edge.telemetry.beacons import BeaconMetrics
from edge.web.consent import Consent, Mode
from edge.web.peer import Trust
from edge.web.read import read
from tests.beacons import beacon
from tests.edge.beacon.site import Site, open_site

PUBLIC = "203.0.113.9"


def scope(method: str, fields: dict[str, str]) -> dict[str, Any]:
    sent = {"host": "site.example", **fields}
    headers = [(name.encode(), value.encode()) for name, value in sent.items()]
    path = {"path": "/_windsock/beacon", "raw_path": b"/_windsock/beacon", "query_string": b""}
    return {"type": "http", "method": method, "headers": headers, "client": (PUBLIC, 5), **path}


async def post(to: Beacon, body: bytes | None, method: str = "POST", **fields: str) -> tuple[int, dict[bytes, bytes]]:
    """The status and the fields of the answer; status 0 where there is none. A body that is None never comes."""
    said: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"} if body is None else {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        said.append(message)

    named = {name.replace("_", "-"): value for name, value in fields.items()}
    await to(read(scope(method, named), Trust()), receive, send)
    return (said[0]["status"], dict(said[0]["headers"])) if said else (0, {})


def asked(folder: Path, mode: Mode = "exempt", method: str = "POST", **fields: str) -> tuple[int, int]:
    """The status for a page that was seen, and how many exposures are in the log."""

    async def whole() -> int:
        async with open_site(folder) as site:
            return (await post(endpoint(site, mode), beacon(site.page()), method, **fields))[0]

    status = asyncio.run(whole())
    with Log(folder / "windsock.db") as log:
        return status, len(log.exposures())


def endpoint(site: Site, mode: Mode = "exempt") -> Beacon:
    return Beacon(site.intake, Consent(mode, "ok"), BeaconMetrics(), Cap(lambda: 0.0))


@pytest.mark.parametrize(
    ("fields", "mode", "kept"),
    [
        ({}, "exempt", 1),
        ({"cookie": "windsock=1234"}, "exempt", 1),
        ({"cookie": "shop=off; windsock=12"}, "exempt", 1),
        ({"cookie": "windsock=off"}, "exempt", 0),
        ({"cookie": "shop=1; windsock=off"}, "exempt", 0),
        ({"sec-gpc": "1"}, "exempt", 0),
        ({}, "strict", 0),
        ({}, "consented", 0),
        ({"cookie": "ok=yes"}, "consented", 1),
        ({"cookie": "ok=yes; windsock=off"}, "consented", 0),
    ],
)
def test_who_is_strict_is_heard_and_forgotten(tmp_path: Path, fields: dict[str, str], mode: Mode, kept: int) -> None:
    assert asked(tmp_path, mode, **fields) == (204, kept)


@pytest.mark.parametrize(
    "agent", ["", "Googlebot/2.1 (+http://www.google.com/bot.html)", "curl/8.5", "python-httpx/0.28"]
)
def test_a_token_is_proof_enough_whatever_program_sends_it(tmp_path: Path, agent: str) -> None:
    assert asked(tmp_path, user_agent=agent) == (204, 1)


def test_another_site_is_refused(tmp_path: Path) -> None:
    assert asked(tmp_path, sec_fetch_site="cross-site") == (403, 0)


def test_only_post_is_taken(tmp_path: Path) -> None:
    assert asked(tmp_path, method="GET") == (405, 0)


def test_a_network_that_sends_too_much_is_told_when_to_come_again(tmp_path: Path) -> None:
    async def whole() -> tuple[set[int], tuple[int, dict[bytes, bytes]]]:
        async with open_site(tmp_path) as site:
            to = endpoint(site)
            taken = {(await post(to, b"[]"))[0] for _ in range(int(AT_ONCE))}
            return taken, await post(to, b"[]")

    taken, (status, fields) = asyncio.run(whole())
    assert (taken, status, fields[b"retry-after"]) == ({400}, 429, b"10")


def test_a_body_that_says_that_it_is_too_long_is_not_waited_for(tmp_path: Path) -> None:
    assert asked(tmp_path, content_length="8193") == (413, 0)


def test_who_has_left_gets_no_answer(tmp_path: Path) -> None:
    async def whole() -> int:
        async with open_site(tmp_path) as site:
            return (await post(endpoint(site), None))[0]

    assert asyncio.run(whole()) == 0
