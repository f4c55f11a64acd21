"""Saves under load: 50 visitors keep asking over their own connections while rules are edited.

Each connection stays with one worker, so what it is told tells what that worker believes: the old rules up to some
answer, the new ones from then on. How long that took is printed (`pytest -s tests/test_live.py`); how fast it must be
is a promise to be measured on a quiet machine, and here only that it comes.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.running import HERO, edited, everywhere, ready, rule, serving, until, written
from tests.wire import RawOrigin, Served

VISITORS = 50
DEADLINE = 20.0
"""Seconds for what takes less than one on a quiet machine."""


@pytest.fixture
def duo(origin: RawOrigin, tmp_path: Path) -> Iterator[Served]:
    """An edge with two workers."""
    with serving(origin, written(tmp_path / "rules"), "--workers", "2") as served:
        until(lambda: len(ready(served)["workers"]) == 2)
        yield served


class Crowd:
    """Visitors who each keep a connection and ask over it again and again. `told`: (when asked, answer) of each."""

    def __init__(self, port: int) -> None:
        self.told: list[list[tuple[float, bytes]]] = [[] for _ in range(VISITORS)]
        self.failures: list[BaseException] = []
        self._port, self._over = port, False

    async def visit(self, number: int) -> None:
        """One of them."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            while not self._over:
                at = time.monotonic()
                writer.write(b"GET / HTTP/1.1\r\nHost: site.example\r\n\r\n")
                head = await reader.readuntil(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200 "), head
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                assert length, head
                self.told[number].append((at, await reader.readexactly(int(length[1]))))
            writer.close()
        except (AssertionError, OSError, EOFError) as error:
            self.failures.append(error)

    async def more(self, each: int = 3) -> None:
        """Wait until each of them has been told so much more."""
        enough = [len(told) + each for told in self.told]
        async with asyncio.timeout(DEADLINE):
            while any(len(told) < number for told, number in zip(self.told, enough, strict=True)):
                assert self.failures == []
                await asyncio.sleep(0.01)

    async def all_told(self, body: bytes) -> None:
        """Wait until the last answer of each of them was this page."""
        async with asyncio.timeout(DEADLINE):
            while any(told[-1][1] != body for told in self.told):
                assert self.failures == []
                await asyncio.sleep(0.005)


@asynccontextmanager
async def crowd(port: int) -> AsyncIterator[Crowd]:
    """They come, all have been served, and in the end they leave."""
    them = Crowd(port)
    visits = [asyncio.ensure_future(them.visit(number)) for number in range(VISITORS)]
    await them.more()
    try:
        yield them
    finally:
        them._over = True
        await asyncio.gather(*visits)


def test_a_save_under_load_reaches_every_visitor_once_and_for_all_and_fails_no_request(duo: Served) -> None:
    forms = ["Phone", "One", "Two", "Three"]

    async def days() -> None:
        async with crowd(duo.port) as them:
            for form in forms[1:]:
                (duo.rules / "hero.yaml").write_text(rule(form))
                saved = time.monotonic()
                await them.all_told(edited(form))
                took = max(at for told in them.told for at, body in told if body != edited(form)) - saved
                print(f"the last visitor of {VISITORS} was told the old rules {took:.2f} s after the save")
                await asyncio.to_thread(until, lambda: everywhere(duo))
                await them.more()
        assert them.failures == []
        order = {edited(form): place for place, form in enumerate(forms)}
        for told in them.told:
            places = [order[body] for _, body in told]
            assert places == sorted(places)
            assert set(places) == set(order.values())

    asyncio.run(days())


def test_a_bad_save_under_load_changes_nothing_and_is_named(duo: Served) -> None:
    async def days() -> None:
        async with crowd(duo.port) as them:
            edition = (await asyncio.to_thread(ready, duo))["edition"]
            (duo.rules / "hero.yaml").write_text(HERO.replace("text:", "txt:"))
            saved = time.monotonic()
            await asyncio.to_thread(until, lambda: ready(duo)["problem"], DEADLINE)
            print(f"/readyz named it {time.monotonic() - saved:.2f} s after the save")
            await them.more()
        said = await asyncio.to_thread(ready, duo)
        assert (said["ready"], said["edition"], set(said["workers"].values())) == (True, edition, {edition})
        assert re.match(r"hero\.yaml:6:\d+: .*txt", said["problem"])
        assert duo.says("the last good edition keeps serving: hero.yaml:6:")
        assert them.failures == []
        assert {body for told in them.told for _, body in told} == {edited()}

    asyncio.run(days())
