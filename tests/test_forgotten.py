"""Visitors who have been answered are forgotten: a dump of all that a process still holds has no address in it.

Everything that can be reached from the middleware and from the modules of Windsock is looked through: counts that wait
to be moved, wishes that wait to be sent, editions, caches. What browsers say of themselves is nowhere but in the caches
that `windsock privacy` names, which do not know who sent it.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import deque
from collections.abc import Iterator
from ipaddress import ip_address
from types import FunctionType, ModuleType
from typing import Any, Final

import pytest

from edge import app as composed
from edge.signals import client
from edge.web.asgi import Receive, Scope, Send
from tests.asgi import ask
from tests.geo import DATABASE

OURS: Final = ("edge", "rules")
ADDRESSES: Final = ("81.2.69.171", "2001:218::77", "89.160.20.113", "198.51.100.177")
"""Some are in the geo database, one is not."""
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) Peculiar/77.7.7"
RULES: Final = """
experience: hero
purpose: content
where: "*"
slot: "#hero"
variants: {classic: original, rain: {text: Rain}, pages: {text: Pages}}
choose:
  - {when: {weather: rain, device: tv}, show: rain}
  - {when: {session.pages: "> 3", source: social, language: de}, show: pages}
  - split: {classic: 50, rain: 50}
"""


async def site(scope: Scope, receive: Receive, send: Send) -> None:
    """A page, by an app that remembers nothing."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b'<!doctype html><body><h1 id="hero">x</h1></body>'})


async def visits(app: composed.Personalization) -> list[bytes]:
    """All addresses come, each with the same browser, to some pages; what they saw."""
    pages = []
    for address in ADDRESSES:
        who = (
            ("X-Forwarded-For", address),
            ("User-Agent", AGENT),
            ("Referer", "https://refer.example/"),
            ("Cookie", "windsock-session=2; ok=yes; account=s3cret"),
        )
        for target in ("/", "/?mail=who@people.example", "/_windsock/choice"):
            page = await ask(app, target, *who)
            pages.append(page.body)
    await app.aclose()
    return pages


def held(*roots: object) -> Iterator[bytes]:
    """Every text and number of a process that can be reached from here, as bytes."""
    seen, waiting = {id(root) for root in roots}, deque(roots)
    while waiting:
        thing = waiting.popleft()
        if isinstance(thing, str):
            yield thing.encode("utf-8", "surrogatepass")
        elif isinstance(thing, (bytes, bytearray, memoryview)):
            yield bytes(thing)
        elif isinstance(thing, int):
            yield str(thing).encode()
        for each in _inside(thing):
            if id(each) not in seen:
                seen.add(id(each))
                waiting.append(each)


def _inside(thing: Any) -> list[Any]:
    """What a thing refers to, without leaving Windsock for the modules that it uses."""
    if isinstance(thing, (ModuleType, type)):
        ours = getattr(thing, "__module__", getattr(thing, "__name__", "")).partition(".")[0] in OURS
        return [*vars(thing).values()] if ours else []
    if isinstance(thing, FunctionType):
        return [thing.__closure__, thing.__defaults__, thing.__kwdefaults__, vars(thing)]
    if isinstance(thing, dict) and "__builtins__" in thing:
        return []
    return gc.get_referents(thing)


def modules() -> list[ModuleType]:
    return [each for name, each in sorted(sys.modules.items()) if name.partition(".")[0] in OURS]


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> set[bytes]:
    """What is in memory after the visits."""
    folder = tmp_path_factory.mktemp("forgotten")
    (folder / "hero.yaml").write_text(RULES)
    weather = folder / "weather.json"
    weather.write_text('{"*": {"weather": "rain"}}')
    app = composed.Personalization(
        site,
        rules=folder,
        trusted_proxies="192.0.2.1",
        geo_database=str(DATABASE),
        weather=f"file:{weather}",
        consent="consented",
        consent_cookie="ok",
    )
    pages = asyncio.run(visits(app))
    assert any(b"London" in page for page in pages), "their places were known"
    del pages
    gc.collect()
    return set(held(app, *modules()))


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_is_nowhere_once_it_is_answered(dump: set[bytes], address: str) -> None:
    parsed = ip_address(address)
    for written in (address.encode(), parsed.exploded.encode(), parsed.packed, str(int(parsed)).encode()):
        assert [each for each in dump if written in each] == []


def test_nor_is_a_cookie_of_the_site(dump: set[bytes]) -> None:
    assert [each for each in dump if b"s3cret" in each] == []


def test_a_user_agent_is_in_the_cache_of_clients_and_nowhere_else(dump: set[bytes]) -> None:
    assert {each for each in dump if b"Peculiar" in each} == {AGENT.encode()}
    for each in vars(client).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()
    assert [each for each in held(*modules()) if b"Peculiar" in each] == []


def test_the_dump_reaches_what_is_held() -> None:
    class Keeper:
        def __init__(self) -> None:
            self.kept = {"last": [("198.51.100.77", 5)]}

    assert {b"198.51.100.77", b"5"} <= set(held(Keeper()))
