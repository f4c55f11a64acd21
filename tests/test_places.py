"""Where visitors are, in a running edge: the geo database on good days and bad ones, CDNs, unlisted proxies."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.app import Personalization
from edge.signals.front import ENOUGH
from tests.asgi import Page, ask
from tests.geo import DATABASE
from tests.running import BODY, answers, children, control_of, counted, ready, serving, until
from tests.wire import RawOrigin, Served, field, get

RULE = """
experience: hero
purpose: content
where: "*"
slot: "#hero"
variants: {classic: original, sweden: {text: Sverige}, japan: {text: Japan}}
choose:
  - {when: {city: Linköping}, show: sweden}
  - {when: {country: JP}, show: japan}
"""
SWEDEN, JAPAN, NOWHERE = "89.160.20.112", "2001:218::1", "203.0.113.77"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (folder / "rules").mkdir()
    (folder / "rules" / "hero.yaml").write_text(RULE)
    shutil.copyfile(DATABASE, folder / "places.mmdb")
    return folder


@pytest.fixture(scope="module")
def behind(origin: RawOrigin, folder: Path) -> Iterator[Served]:
    """An edge behind a proxy that is listed."""
    flags = ("--workers", "2", "--trusted-proxies", "127.0.0.1", "--cdn", "cloudflare")
    with serving(origin, folder / "rules", *flags, "--geo-database", str(folder / "places.mmdb")) as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        yield served


def shown(served: Served, address: str, *fields: str) -> str:
    """The headline for a visitor from there."""
    body = get(served.port, "/", f"X-Forwarded-For: {address}", *fields)[2].decode()
    found = re.search('id="hero">([^<]*)<', body)
    assert found is not None
    return found[1]


def test_visitors_see_what_is_meant_for_their_place(behind: Served) -> None:
    assert [shown(behind, address) for address in (SWEDEN, JAPAN, NOWHERE)] == ["Sverige", "Japan", "Classic"]


def test_explain_on_the_private_listener_knows_the_place_too(behind: Served) -> None:
    assert b'"Link\xc3\xb6ping"' in get(behind.admin, f"/explain?path=/&ip={SWEDEN}")[2]


def test_all_processes_share_one_copy_of_the_database(behind: Served) -> None:
    mapped = set()
    for pid in (*map(int, ready(behind)["workers"]), control_of(behind)):
        lines = [line for line in Path(f"/proc/{pid}/maps").read_text().splitlines() if "windsock-geo" in line]
        assert len(lines) == 1
        mapped.add(lines[0].split()[4])
    assert len(mapped) == 1


def test_a_worker_that_is_replaced_knows_places_too(behind: Served) -> None:
    before = set(ready(behind)["workers"])
    os.kill(int(min(before)), 9)
    until(lambda: len(workers := set(ready(behind)["workers"])) == 2 and workers != before)
    assert [shown(behind, SWEDEN) for _ in range(20)] == ["Sverige"] * 20


def test_the_control_process_may_end_and_workers_know_places_on(behind: Served) -> None:
    os.kill(control_of(behind), 9)
    assert [shown(behind, SWEDEN) for _ in range(20)] == ["Sverige"] * 20
    until(lambda: answers(behind.admin))


def test_a_file_that_is_truncated_in_place_costs_nobody_his_page(behind: Served, folder: Path) -> None:
    os.truncate(folder / "places.mmdb", 0)
    until(lambda: ready(behind)["geo_database"])
    assert str(folder / "places.mmdb") in ready(behind)["geo_database"]
    assert ready(behind)["ready"]
    assert [shown(behind, SWEDEN) for _ in range(20)] == ["Sverige"] * 20
    shutil.copyfile(DATABASE, folder / "new")
    (folder / "new").replace(folder / "places.mmdb")
    until(lambda: not ready(behind)["geo_database"])
    assert shown(behind, SWEDEN) == "Sverige"


def test_a_cdn_behind_a_listed_proxy_tells_the_place_and_its_fields_go_on(behind: Served, origin: RawOrigin) -> None:
    assert shown(behind, SWEDEN, "CF-IPCountry: JP") == "Japan"
    assert field(origin.head("/"), "cf-ipcountry") == ["JP"]


def test_from_anybody_else_a_cdns_fields_are_dropped_and_counted(origin: RawOrigin, folder: Path) -> None:
    with serving(origin, folder / "rules", "--cdn", "cloudflare") as served:
        assert shown(served, SWEDEN, "CF-IPCountry: JP") == "Classic"
        assert field(origin.head("/"), "cf-ipcountry") == []
        assert counted(served, "windsock_cdn_fields_dropped_total") == 1
        assert served.says("list its networks in trusted_proxies")


def test_a_proxy_that_is_not_listed_is_named(origin: RawOrigin, folder: Path) -> None:
    with serving(origin, folder / "rules") as served:
        for _ in range(ENOUGH):
            assert shown(served, SWEDEN) == "Classic"
        assert served.says("set trusted_proxies to it (127.0.0.1)")
        until(lambda: ready(served)["trusted_proxies"])
        assert "127.0.0.1" in ready(served)["trusted_proxies"]
        assert SWEDEN not in served.said()


async def _middleware(folder: Path, **settings: str) -> bytes:
    page = Page(BODY)
    app = Personalization(page, rules=str(folder / "rules"), geo_database=str(folder / "places.mmdb"), **settings)
    try:
        return (await ask(app, "/", ("X-Forwarded-For", SWEDEN), ("CF-IPCountry", "JP"))).body
    finally:
        await app.aclose()


def test_the_middleware_knows_places_as_the_proxy_does(folder: Path) -> None:
    assert b"Sverige" in asyncio.run(_middleware(folder, trusted_proxies="192.0.2.1"))
    assert b"Japan" in asyncio.run(_middleware(folder, trusted_proxies="192.0.2.1", cdn="cloudflare"))
    assert b"Classic" in asyncio.run(_middleware(folder, cdn="cloudflare"))


def test_the_middleware_starts_without_the_file(folder: Path) -> None:
    rules = folder / "elsewhere"
    shutil.copytree(folder / "rules", rules / "rules", dirs_exist_ok=True)
    assert b"Classic" in asyncio.run(_middleware(rules, trusted_proxies="192.0.2.1"))


def test_nothing_of_the_database_is_left_open(behind: Served) -> None:
    files = [str(file.readlink()) for pid in children(behind.process.pid) for file in Path(f"/proc/{pid}/fd").iterdir()]
    assert sum("windsock-geo" in file for file in files) <= 2


def test_the_page_that_everybody_else_gets_is_the_origins(behind: Served) -> None:
    assert get(behind.port, "/", f"X-Forwarded-For: {NOWHERE}")[2].startswith(BODY[:40])
